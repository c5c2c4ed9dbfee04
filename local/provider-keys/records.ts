/** The keys of providers as the local account keeps them: references and previews, never a key. */
import { z } from "zod";

import { keySecretName } from "../../policy/gateway/provider-keys.ts";
import type { Account } from "../account.ts";
import { idOf, isDeclared, newId } from "../api/token-record.ts";
import type { AccountState } from "../api/state.ts";
import { scopes } from "./resources.ts";

/** A secret of the Secrets Store, with the API's own names but for the last two. */
export const secretRecord = z.object({
  id: z.string(),
  store_id: z.string(),
  name: z.string(),
  comment: z.string().default(""),
  scopes,
  created: z.string(),
  modified: z.string(),
  preview: z.string(),
  isDeclared,
});

/** A provider's key as a gateway refers to it, with the API's own names but for the last. */
export const configRecord = z.object({
  id: z.string(),
  gateway_id: z.string(),
  provider_slug: z.string(),
  alias: z.string(),
  default_config: z.boolean(),
  secret_id: z.string(),
  rate_limit: z.number().optional(),
  rate_limit_period: z.number().optional(),
  modified_at: z.string(),
  isDeclared,
});

export type SecretRecord = Readonly<z.output<typeof secretRecord>>;
export type ConfigRecord = Readonly<z.output<typeof configRecord>>;

type SecretArgs = Pick<SecretRecord, "store_id" | "name" | "scopes"> & {
  readonly value: string;
  readonly comment?: string;
};

/** Makes the record of a secret that was made over the REST API. */
export function newSecret({ value, comment = "", ...given }: SecretArgs): SecretRecord {
  const now = new Date().toISOString();
  const times = { created: now, modified: now };
  return { id: newId(), ...given, comment, ...times, preview: previewOf(value), isDeclared: false };
}

/** Masks a value. How Cloudflare masks one is not documented; here no more than its end shows. */
export function previewOf(value: string): string {
  return value.length < 16 ? "****" : `****${value.slice(-4)}`;
}

export function toKeyRecords({ secrets, providerConfigs }: Account, now: string) {
  const kept = secrets.map(({ storeId, accountId: _, ...secret }) => {
    const id = idOf(`${storeId} ${secret.name}`);
    return { ...newSecret({ store_id: storeId, ...secret }), id, isDeclared: true };
  });
  const configs = providerConfigs.map(({ gatewayId, provider, alias }): ConfigRecord => {
    const secretName = keySecretName({ gatewayId, provider, alias });
    return {
      id: idOf(`${gatewayId} ${provider} ${alias}`),
      gateway_id: gatewayId,
      provider_slug: provider,
      alias,
      default_config: alias === "default",
      // The program's own is a stand-in.
      secret_id: kept.find(({ name }) => name === secretName)?.id ?? "",
      modified_at: now,
      isDeclared: true,
    };
  });
  return { secrets: kept, providerConfigs: configs };
}

type Place = Pick<ConfigRecord, "gateway_id" | "provider_slug" | "alias">;

/** Names the secret that a call looks up: by its name, and not by `secret_id`. */
export function secretNameOf({ gateway_id, provider_slug, alias }: Place): string {
  return keySecretName({ gatewayId: gateway_id, provider: provider_slug, alias });
}

/** What a gateway has for a provider under an alias. */
export function findKey(account: AccountState, place: Place): "none" | "readable" | "lost" {
  const secretName = secretNameOf(place);
  const isKnown = account
    .list("providerConfigs")
    .some((each) => secretNameOf(each) === secretName && each.gateway_id === place.gateway_id);
  if (!isKnown) return "none";
  const isReadable = account
    .list("secrets")
    .some(({ name, scopes: services }) => name === secretName && services.includes("ai_gateway"));
  return isReadable ? "readable" : "lost";
}
