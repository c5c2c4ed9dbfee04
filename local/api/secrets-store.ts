/** `/accounts/{account}/secrets_store/stores`: the secrets of the account's stores, without values. */
import { z } from "zod";

import { newSecret, previewOf, type SecretRecord } from "../provider-keys/records.ts";
import { scopes } from "../provider-keys/resources.ts";
import { paged, readBody, refuse, refuseUnknown, success } from "./envelope.ts";
import { param, removeAt, type ApiContext, type Route } from "./route.ts";

const STORES = "/accounts/:account/secrets_store/stores";
const SECRETS = `${STORES}/:store/secrets`;
const SECRET = `${SECRETS}/:secret`;
const READ = ["Secrets Store Read", "Secrets Store Write"] as const;
const WRITE = ["Secrets Store Write"] as const;

export const SECRETS_STORE_ROUTES: readonly Route[] = [
  ["GET", STORES, READ, (c) => paged(c, storesOf(c))],
  ["GET", SECRETS, READ, (c) => paged(c, secretsOf(c).map(toWire))],
  ["POST", SECRETS, WRITE, createSecrets],
  ["GET", SECRET, READ, (c) => toWire(secretOf(c))],
  ["PATCH", SECRET, WRITE, changeSecret],
  ["DELETE", SECRET, WRITE, deleteSecret],
];

/** The id of the one store that every account is made with. */
export const DEFAULT_STORE = "5ec5".repeat(8);

const value = z.string().min(1).max(65_536);
const creation = z
  .array(
    z.object({
      name: z.string().min(1),
      scopes,
      value,
      comment: z.string().default(""),
    }),
  )
  .min(1);
const change = z.object({
  value: value.optional(),
  scopes: scopes.optional(),
  comment: z.string().optional(),
});

/** Lists the account's stores; a store that a gateway names is taken for one of them. */
function storesOf({ env: { account } }: ApiContext) {
  const named = account.list("gateways").map(({ settings }) => settings.storeId);
  const ids = [...new Set([DEFAULT_STORE, ...named])].filter((id) => id !== "");
  const since = new Date(0).toISOString();
  const common = { account_id: account.id, created: since, modified: since };
  const nameOf = (id: string) => (id === DEFAULT_STORE ? "default_secrets_store" : id);
  return ids.map((id) => ({ id, name: nameOf(id), ...common }));
}

function secretsOf(c: ApiContext): readonly SecretRecord[] {
  const store = param(c, "store");
  if (!storesOf(c).some(({ id }) => id === store)) refuseUnknown();
  const all = c.env.account.list("secrets");
  return all.filter(({ store_id: id }) => id === store);
}

function secretOf(c: ApiContext): SecretRecord {
  const secret = c.env.account.find("secrets", param(c, "secret"));
  return secret?.store_id === param(c, "store") ? secret : refuseUnknown();
}

async function createSecrets(c: ApiContext): Promise<Response> {
  const store_id = param(c, "store");
  const known = secretsOf(c).map(({ name }) => name);
  const wanted = await readBody(c, creation);
  const taken = wanted.find(({ name }) => known.includes(name));
  if (taken !== undefined) refuse(409, 1003, `the store has a secret ${taken.name} already`);
  const made = wanted.map((secret) => newSecret({ store_id, ...secret }));
  for (const secret of made) c.env.account.put("secrets", secret.id, secret);
  return success(c, made.map(toWire));
}

async function changeSecret(c: ApiContext): Promise<object> {
  const before = secretOf(c);
  const { value: secret, ...rest } = await readBody(c, change);
  const { scopes: wanted = before.scopes, comment = before.comment } = rest;
  const changed: SecretRecord = {
    ...before,
    scopes: wanted,
    comment,
    modified: new Date().toISOString(),
    ...(secret !== undefined && { preview: previewOf(secret) }),
  };
  c.env.account.put("secrets", changed.id, changed);
  return toWire(changed);
}

function deleteSecret(c: ApiContext): object {
  secretOf(c);
  return toWire(removeAt(c, "secrets", "secret"));
}

function toWire({ preview, isDeclared, ...secret }: SecretRecord): object {
  return { ...secret, status: "active" };
}
