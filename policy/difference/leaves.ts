/** A stack as single values, named so that two states of it can be compared: items of lists by identity, not by place. */
import { IDENTITIES, identityOf } from "../settings/identities.ts";
import { keyName } from "../settings/public-key.ts";

export interface Leaf {
  /** `logs.collect`, `readers.oncall.until` */
  readonly path: string;
  /** The same for every item of a list: `readers[].until` */
  readonly pattern: string;
  readonly value: string | number | boolean;
  /** What it is a part of that comes and goes as one: `readers.oncall`, `logpush` */
  readonly item?: string;
}

/** By path. Of a secret no more than that it is there; what is absent has no leaf. */
export function listLeaves(stack: object): ReadonlyMap<string, Leaf> {
  const leaves = Object.entries(stack).flatMap(([key, value]) => {
    if (key === "logpush") return value === undefined ? [] : listWhole(value, key, key);
    const field = IDENTITIES[key];
    return field === undefined ? listValues(value, key, key) : listItems(key, field, value);
  });
  return new Map(leaves.map((leaf) => [leaf.path, leaf]));
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
  if (Array.isArray(value)) {
    if (pattern !== "worker.models") return [{ path, pattern, value: value.join(", ") || "none" }];
    return value.map((item) => ({
      path: `${path}.${item}`,
      pattern: `${pattern}[]`,
      value: PRESENT,
    }));
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
  "callers[].sha256",
  "exports[].headers",
]);
