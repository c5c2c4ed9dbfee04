import * as pulumi from "@pulumi/pulumi";

import { isTrustedApi } from "../policy/stack/api-address.ts";
import type { Settings } from "../policy/settings/settings.ts";

/** Returns where the provider sends its requests, and the deploy's token with them; undefined for Cloudflare itself. */
export function apiAddress(): string | undefined {
  // An empty variable is none.
  const environment = process.env["CLOUDFLARE_BASE_URL"] || undefined;
  return new pulumi.Config("cloudflare").get("baseUrl") ?? environment;
}

/** Throws a RunError where the deploy's token would go to an address that the stack's tier does not allow. */
export function keepApiAddress({ tier }: Pick<Settings, "tier">): void {
  const address = apiAddress();
  if (address === undefined || isTrustedApi(address, tier)) return;
  throw new pulumi.RunError(
    `CLOUDFLARE_BASE_URL (or cloudflare:baseUrl) is ${JSON.stringify(URL.parse(address)?.host ?? "no address")}, where the deploy's token would be sent; allowed is Cloudflare's own API, and for a development stack an address of this machine`,
  );
}
