/** Reads the stored keys of providers: masked, with their gateway, and the secrets behind them. */
import { z } from "zod";

import { looksSecret } from "../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../policy/platform.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { listAll, type Connection } from "../account/account.ts";

const time = z.iso.datetime({ offset: true }).nullish();

const schema = z.object({
  id: z.string(),
  provider_slug: z.string(),
  alias: z.string(),
  default_config: z.boolean().nullish(),
  secret_preview: z.string().nullish(),
  modified_at: time,
  // The dashboard has shown it since 2026-11-06; under which of these names is not published.
  last_used_at: time,
  last_used: time,
});

/** A stored key as the API returns it. */
export type StoredKey = Readonly<z.output<typeof schema>>;

/** Lists the keys that a gateway calls providers with. Which permission reads them is not published. */
export function listProviderKeys({ accountId, cloudflare }: Connection, gatewayId: string) {
  const list = () =>
    cloudflare.aiGateway.providerConfigs.list(gatewayId, { account_id: accountId, per_page: 50 });
  return listAll(PERMISSIONS.readGateways, { what: "a provider key", schema }, list);
}

const secret = z.object({ name: z.string(), scopes: z.array(z.string()).nullish() });

/** Lists the secrets of a Secrets Store, whose values nobody can read. */
export function listSecrets({ accountId, cloudflare }: Connection, storeId: string) {
  const list = () =>
    cloudflare.secretsStore.stores.secrets.list(storeId, { account_id: accountId, per_page: 50 });
  return listAll(PERMISSIONS.readSecrets, { what: "a secret", schema: secret }, list);
}

// The previews that were seen are four stars, or the first letters, and four characters of the key.
const MAX_PREVIEW = 16;

/** Returns a key's preview where it is one; a longer text may be most of the key. */
export function previewOf({ secret_preview: preview }: StoredKey): string | undefined {
  if (!preview) return undefined;
  const isShown = preview.length <= MAX_PREVIEW && !looksSecret(preview);
  return isShown ? preview : `a preview of ${preview.length} characters`;
}

/** Returns when a key was last used; undefined where the API does not tell, or it never was. */
export function lastUse({ last_used_at, last_used }: StoredKey): string | undefined {
  return last_used_at ?? last_used ?? undefined;
}

/** Checks whether a stack declares a stored key. */
export function isDeclared(providers: Settings["providers"], stored: StoredKey): boolean {
  return providers.some(
    ({ provider, alias }) => provider === stored.provider_slug && alias === stored.alias,
  );
}
