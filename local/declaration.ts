/** Makes of what a stack's program declares the records that a deploy would leave in the account. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { PERMISSION_GROUPS, TOKEN_STAND_IN } from "../record/stand-ins.ts";
import type { Account, Script } from "./account.ts";
import type { Declaration, Records } from "./api/state.ts";
import {
  PERMISSION_GROUPS as LOCAL_GROUPS,
  idOf,
  newTokenValue,
  sha256,
  type TokenRecord,
} from "./api/token-record.ts";
import type { WorkerRecord } from "./api/worker-record.ts";
import { readDestination } from "./logpush/destination.ts";
import { ROOT } from "./paths.js";
import { toKeyRecords } from "./provider-keys/records.ts";

/** Makes the records, with new tokens, whose values only the Workers that they are for have. */
export async function toDeclaration(account: Account): Promise<Declaration> {
  const now = new Date().toISOString();
  const tokens = account.tokens.map((token) => ({ token, value: newTokenValue() }));
  const records = tokens.map(({ token, value }) => toTokenRecord(token, value, now));
  const workers = account.scripts.map(async (script): Promise<WorkerRecord> => {
    const own = tokens.find(({ token }) => token.name === script.scriptName);
    return toWorkerRecord(withToken(script, own?.value), account, now);
  });
  return {
    gateways: account.gateways,
    workers: await Promise.all(workers),
    tokens: records,
    buckets: account.buckets.map(({ name }) => toBucket(name, account, now)),
    logpushJobs: account.logpushJobs.map((job, index) => toLogpushJob(job, index, records)),
    ...toKeyRecords(account, now),
    policies: account.policies.map((policy) => toPolicy(policy, account, now)),
    webhooks: account.webhooks.map((webhook) => toWebhook(webhook, now)),
  };
}

async function toWorkerRecord(
  script: Script,
  { subdomains, triggers }: Account,
  now: string,
): Promise<WorkerRecord> {
  const { scriptName: name, mainModule, observability, placement, limits } = script;
  const ofScript = ({ scriptName }: { readonly scriptName: string }) => scriptName === name;
  const address = subdomains.find(ofScript);
  const contents = await readFile(join(ROOT, script.contentFile), "base64");
  return {
    name,
    mainModule,
    modules: [{ name: mainModule, type: "esm", contents }],
    compatibilityDate: script.compatibilityDate,
    compatibilityFlags: script.compatibilityFlags,
    bindings: script.bindings,
    settings: { observability, placement, limits },
    subdomain: {
      enabled: address?.enabled ?? false,
      previews_enabled: address?.previewsEnabled ?? false,
    },
    crons: triggers.filter(ofScript).flatMap(({ schedules }) => schedules.map(({ cron }) => cron)),
    createdAt: now,
    modifiedAt: now,
    isDeclared: true,
  };
}

/** Replaces the program's stand-in for its token's value: the API of this account takes a real one. */
function withToken(script: Script, value: string | undefined): Script {
  const bindings = script.bindings.map((binding) =>
    "text" in binding && binding.text === TOKEN_STAND_IN && value !== undefined
      ? { ...binding, text: value }
      : binding,
  );
  return { ...script, bindings };
}

function toTokenRecord(
  { name, policies, expiresOn, condition }: Account["tokens"][number],
  value: string,
  now: string,
): TokenRecord {
  const hash = sha256(value);
  return {
    id: hash.slice(0, 32),
    name,
    status: "active",
    policies: policies.map(({ effect, permissionGroups, resources }, index) => ({
      id: `${hash.slice(0, 31)}${index}`,
      effect,
      permission_groups: permissionGroups.map(({ id }) => localGroup(id)),
      resources: JSON.parse(resources),
    })),
    ...(expiresOn !== undefined && { expires_on: expiresOn }),
    ...(condition !== undefined && { condition: { request_ip: { in: condition.requestIp.ins } } }),
    issued_on: now,
    modified_on: now,
    hash,
    isDeclared: true,
  };
}

/** Finds the permission group of a name in the recorded list; this account has ids of its own. */
function localGroup(id: string): (typeof LOCAL_GROUPS)[number] {
  const name = PERMISSION_GROUPS.find((group) => group.id === id)?.name;
  const group = LOCAL_GROUPS.find((known) => known.name === name);
  if (group === undefined) throw new Error(`permission group ${id} is not in record/stand-ins.ts`);
  return group;
}

function toBucket(name: string, { lifecycles }: Account, createdAt: string): Records["buckets"] {
  const lifecycle = lifecycles.find(({ bucketName }) => bucketName === name);
  return { name, createdAt, rules: lifecycle?.rules ?? [], isDeclared: true };
}

// The ids are far from those that the API of this account gives.
const DECLARED_JOB_IDS = 900_000_000;

function toLogpushJob(
  { name, dataset, destination, filter, fields, enabled }: Account["logpushJobs"][number],
  index: number,
  tokens: readonly TokenRecord[],
): Records["logpushJobs"] {
  return {
    id: DECLARED_JOB_IDS + index,
    name,
    dataset,
    destination_conf: withKeys(destination, tokens),
    filter,
    output_options: { field_names: fields, timestamp_format: "rfc3339" },
    enabled,
    isDeclared: true,
  };
}

/** Replaces the keys that the program made of its stand-in with those of the bucket's own token. */
function withKeys(destination: string, tokens: readonly TokenRecord[]): string {
  const { place, bucket, keys } = readDestination(destination);
  const token = tokens.find(({ policies }) =>
    policies.some(({ resources }) =>
      Object.keys(resources).some((resource) => resource.endsWith(`_default_${bucket}`)),
    ),
  );
  keys.set("access-key-id", token?.id ?? "");
  keys.set("secret-access-key", token?.hash ?? "");
  return `${place}?${keys.toString()}`;
}

/** Makes the record of a policy. A program has one webhook at most, so that its policies call that. */
function toPolicy(
  { name, alertType, enabled, mechanisms, filters }: Account["policies"][number],
  { webhooks }: Account,
  now: string,
): Records["policies"] {
  return {
    id: idOf(name),
    name,
    alert_type: alertType,
    enabled,
    mechanisms: {
      ...(mechanisms.emails && { email: mechanisms.emails }),
      ...(mechanisms.webhooks && { webhooks: webhooks.map((each) => ({ id: webhookId(each) })) }),
    },
    ...(filters && { filters: { product: filters.products, limit: filters.limits } }),
    created: now,
    modified: now,
    isDeclared: true,
  };
}

function toWebhook(webhook: Account["webhooks"][number], now: string): Records["webhooks"] {
  const { name, url } = webhook;
  return { id: webhookId(webhook), name, url, type: "generic", created_at: now, isDeclared: true };
}

function webhookId({ name }: Account["webhooks"][number]): string {
  return idOf(`webhook ${name}`);
}
