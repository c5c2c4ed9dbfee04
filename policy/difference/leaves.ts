/** A stack as single values, named so that two states of it can be compared: items of lists by identity, not by place. */
import { ENCRYPTED_HASH, keyStart } from "../settings/caller-key.ts";
import { IDENTITIES, identityOf } from "../settings/identities.ts";
import { showKey } from "../looks-secret.ts";
import { keyName } from "../settings/public-key.ts";
import type { Stack } from "../stack/stack.ts";
import { keyPath } from "./provider-keys.ts";

export interface Leaf {
  /** `logs.collect`, `readers.oncall.until` */
  readonly path: string;
  /** The same for every item of a list: `readers[].until` */
  readonly pattern: string;
  readonly value: string | number | boolean;
  /** What it is a part of that comes and goes as one: `readers.oncall`, `logpush` */
  readonly item?: string;
}

/** Lists a stack's leaves by path; a secret is its cipher's last characters. */
export function listLeaves(stack: Stack): ReadonlyMap<string, Leaf> {
  const { settings, accountId, others, environments } = stack;
  const leaves = Object.entries({ ...settings, accountId }).flatMap(([key, value]) => {
    if (key === "callers") return listCallers(stack);
    if (key === "providers") return listProviders(stack);
    if (key === "worker") return listWorker(settings.worker);
    if (key === "telemetry") return listTelemetry(settings.telemetry);
    if (key === "logpush") return value === undefined ? [] : listWhole(value, key, key);
    const field = IDENTITIES[key];
    return field === undefined ? listValues(value, key, key) : listItems(key, field, value);
  });
  const elsewhere = [...others].map(([key, value]) => ({
    path: showKey(key),
    pattern: "others",
    value,
  }));
  const named = environments.map((name) => ({
    path: `environment.${name}`,
    pattern: "environment[]",
    value: PRESENT,
  }));
  return new Map([...leaves, ...elsewhere, ...named].map((leaf) => [leaf.path, leaf]));
}

/** Each receiver comes and goes as one. */
function listTelemetry(telemetry: Stack["settings"]["telemetry"]): Leaf[] {
  return Object.entries(telemetry).flatMap(([kind, value]) => {
    const path = `telemetry.${kind}`;
    return value === undefined ? [] : listWhole(value, path, path);
  });
}

/** A model comes and goes as one; a name stands for itself, since it may move to another model. */
function listWorker({ models, allow, ...worker }: Stack["settings"]["worker"]): Leaf[] {
  const pattern = "worker.models[]";
  return [
    ...listValues(worker, "worker", "worker"),
    ...models.flatMap(({ id, speaks = "a format that is not known", stream = "read" }) =>
      listWhole({ speaks, stream }, `worker.models.${id}`, pattern),
    ),
    ...models.flatMap(({ id, name }) =>
      name === undefined
        ? []
        : [{ path: `worker.models (name ${name})`, pattern: `${pattern}.name`, value: id }],
    ),
    ...allow.map((reach) => ({
      path: `worker.allow.${reach}`,
      pattern: "worker.allow[]",
      value: PRESENT,
    })),
  ];
}

/** A caller may have several tokens under one name, and each is one that is let in. */
function listCallers({ settings, ciphers }: Stack): Leaf[] {
  const paths = new Map<string, number>();
  return settings.callers.flatMap(({ name, sha256, ...caller }, index) => {
    const isEncrypted = sha256 === ENCRYPTED_HASH;
    const token = `callers.${name} (${isEncrypted ? "encrypted token" : `token ${keyStart(sha256)}`}`;
    const count = (paths.get(token) ?? 0) + 1;
    paths.set(token, count);
    const path = count === 1 ? `${token})` : `${token} ${count})`;
    const cipher = ciphers.get(`callers[${index}].sha256`);
    const key = cipher === undefined ? keyStart(sha256) : `encrypted, …${cipher}`;
    return listWhole({ ...caller, key }, path, "callers[]");
  });
}

/** A provider may have several keys, each under its alias; which one it is, only its cipher tells. */
function listProviders({ settings, ciphers }: Stack): Leaf[] {
  return settings.providers.flatMap((provider, index) => {
    const cipher = ciphers.get(`providers[${index}].key`);
    const key = cipher === undefined ? PRESENT : `encrypted, …${cipher}`;
    return listWhole({ key }, keyPath(provider), "providers[]");
  });
}

function listItems(list: string, field: string, items: readonly unknown[]): Leaf[] {
  return items.flatMap((item) => {
    const identity = String(identityOf(item, field));
    return listWhole(item, `${list}.${identity}`, `${list}[]`);
  });
}

/** What comes and goes as one: a leaf for itself, and its parts. */
function listWhole(value: unknown, path: string, pattern: string): Leaf[] {
  const inner = listValues(value, path, pattern).map((leaf) => ({ ...leaf, item: path }));
  return [{ path, pattern, value: PRESENT }, ...inner];
}

function listValues(value: unknown, path: string, pattern: string): Leaf[] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    const isKey = pattern === "logpush.publicKey";
    return [{ path, pattern, value: isKey ? keyName(String(value)) : value }];
  }
  if (Array.isArray(value)) return [{ path, pattern, value: value.join(", ") || "none" }];
  // Their values are secrets, and who adds one sends more along.
  if (pattern === "exports[].headers" || pattern === "telemetry.traces.headers") {
    return [{ path, pattern, value: Object.keys(value ?? {}).join(", ") || "none" }];
  }
  return Object.entries(value ?? {}).flatMap(([key, item]) =>
    listValues(
      SECRETS.has(`${pattern}.${key}`) ? PRESENT : item,
      `${path}.${key}`,
      `${pattern}.${key}`,
    ),
  );
}

/** Of an item: its name is in its path. */
const PRESENT = "present";

// Their values are stand-ins here.
const SECRETS: ReadonlySet<string> = new Set([
  "anonymousCallers.key",
  "logs.alertUrl",
  "alerts.webhook",
]);
