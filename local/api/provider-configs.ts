/** `…/ai-gateway/gateways/{gateway}/provider_configs`: the stored keys of providers, masked. */
import { z } from "zod";

import { newSecret, secretNameOf, type ConfigRecord } from "../provider-keys/records.ts";
import { paged, readBody, refuse, refuseUnknown } from "./envelope.ts";
import { GATEWAYS, gatewayOf, READ as READ_GATEWAYS } from "./gateways.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import { newId } from "./token-record.ts";

const CONFIGS = `${GATEWAYS}/:gateway/provider_configs`;
const READ = [...READ_GATEWAYS, "Secrets Store Read", "Secrets Store Write"] as const;
// https://developers.cloudflare.com/api/resources/ai_gateway/subresources/provider_configs/methods/create/
const WRITE = ["Secrets Store Write"] as const;

// A deletion is in no published description; Cloudflare's dashboard and tools of others send it.
export const PROVIDER_CONFIG_ROUTES: readonly Route[] = [
  ["GET", CONFIGS, READ, listConfigs],
  ["POST", CONFIGS, WRITE, createConfig],
  ["DELETE", `${CONFIGS}/:config`, WRITE, deleteConfig],
];

const creation = z.object({
  alias: z.string().min(1),
  default_config: z.boolean(),
  provider_slug: z.string().min(1),
  rate_limit: z.number().optional(),
  rate_limit_period: z.number().optional(),
  secret: z.string().min(1).optional(),
  secret_id: z.string().optional(),
});

function configsOf(c: ApiContext): readonly ConfigRecord[] {
  const gateway = gatewayOf(c).settings.aiGatewayId;
  const all = c.env.account.list("providerConfigs");
  return all.filter(({ gateway_id: id }) => id === gateway);
}

function listConfigs(c: ApiContext): Response {
  const configs = configsOf(c).map((config) => toWire(c, config));
  return paged(c, configs);
}

async function createConfig(c: ApiContext): Promise<object> {
  const { account } = c.env;
  const known = configsOf(c);
  const { secret, secret_id: given, ...wanted } = await readBody(c, creation);
  const place = { ...wanted, gateway_id: param(c, "gateway") };
  const name = secretNameOf(place);
  if (known.some((config) => secretNameOf(config) === name)) {
    refuse(
      409,
      7001,
      `the gateway has a key of ${wanted.provider_slug} as ${wanted.alias} already`,
    );
  }
  const kept =
    secret === undefined
      ? account.find("secrets", given ?? "")
      : storeSecret(c, { name, value: secret });
  if (kept === undefined) return refuse(400, 7001, "no such secret: give secret, or secret_id");
  const modified_at = new Date().toISOString();
  const config = { ...place, id: newId(), secret_id: kept.id, modified_at, isDeclared: false };
  account.put("providerConfigs", config.id, config);
  return toWire(c, config);
}

/** Puts a key into the Secrets Store of the gateway. What happens without one is not documented. */
function storeSecret(c: ApiContext, { name, value }: Record<"name" | "value", string>) {
  const { storeId } = gatewayOf(c).settings;
  if (storeId === "") refuse(400, 7001, "the gateway has no Secrets Store: set store_id");
  const secret = newSecret({ store_id: storeId, name, scopes: ["ai_gateway"], value });
  c.env.account.put("secrets", secret.id, secret);
  return secret;
}

function deleteConfig(c: ApiContext): object {
  const config = configsOf(c).find(({ id }) => id === param(c, "config")) ?? refuseUnknown();
  c.env.account.remove("providerConfigs", config.id);
  return toWire(c, config);
}

function toWire(c: ApiContext, { isDeclared, ...config }: ConfigRecord): object {
  const secret = c.env.account.find("secrets", config.secret_id);
  return { ...config, secret_preview: secret?.preview ?? "" };
}
