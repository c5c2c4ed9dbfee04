import type Cloudflare from "cloudflare";

import { describeFailure, isNotFound, type Place } from "./api.ts";

/**
 * Refuses to create a gateway that exists already, with an error that explains how to adopt it.
 * Without this check the provider repeats its refused request for three minutes, and then does not
 * mention adoption.
 */
export async function refuseExisting(
  api: Cloudflare,
  { accountId, gatewayId, stack }: Place & { readonly stack: string },
  warn: (message: string) => void,
): Promise<void> {
  try {
    await api.aiGateway.get(gatewayId, { account_id: accountId });
  } catch (error) {
    if (isNotFound(error)) return;
    // This is no reason to stop: where the gateway exists after all, the provider refuses.
    warn(`not known whether gateway ${gatewayId} exists already: ${describeFailure(error)}`);
    return;
  }
  throw new Error(
    `gateway ${gatewayId} exists in account ${accountId} and is not this stack's; ` +
      `adopt it with \`npm run adopt -- --gateway ${gatewayId} --stack ${stack}\`, ` +
      "or choose another ai-gateway:gatewayId",
  );
}
