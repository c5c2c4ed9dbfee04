/**
 * Lists every single value that a stack file may hold, from the schema, so that a new setting is
 * included by itself.
 */
import type { Node, Path } from "../../policy/settings/schema.ts";
import { PUBLIC_KEY } from "./public-key.ts";

/** A single setting, and values for it. */
export interface SchemaLeaf {
  readonly path: Path;
  /** The pattern of its path, such as `logs.collect` or `readers[].until`. */
  readonly pattern: string;
  /** Allowed values, all different. The first is that of a stack with every setting. */
  readonly values: readonly unknown[];
}

/** Two values for each text, and for each setting with rules of its own. */
const EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  gatewayId: ["app", "other"],
  accountId: ["0".repeat(32), "f".repeat(32)],
  "logs.alertUrl": ["https://alerts.test/a", "https://alerts.test/b"],
  "readers[].name": ["oncall", "audit"],
  "readers[].until": ["2030-01-01", "2030-01-02"],
  "readers[].addresses": [["203.0.113.0/24"], ["198.51.100.7"]],
  "exports[].url": ["https://traces.test/a", "https://traces.test/b"],
  "exports[].headers": [{ "x-key": "one" }, { "x-key": "two" }],
  "exports[].authorization": ["secret-a", "secret-b"],
  "logpush.bucket": ["app-logs", "other-logs"],
  "logpush.publicKey": [PUBLIC_KEY, PUBLIC_KEY.replace("KVD1", "KVD2")],
  "telemetry.metrics.dataset": ["measured", true, "other"],
  "telemetry.traces.url": ["https://otel.test/a", "https://otel.test/b"],
  "telemetry.traces.headers": [{ "x-key": "one" }, { "x-key": "two" }],
  "alerts.email": ["ops@example.com", "oncall@example.com"],
  "alerts.webhook": ["https://alerts.test/c", "https://alerts.test/d"],
  "alerts.usage.product": ["worker_requests", "workers_ai"],
  "spendLimits[].id": ["daily", "weekly"],
  "dlp[].id": ["cards", "keys"],
  "dlp[].check": [["request"], ["request", "response"]],
  "dlp[].profiles": [
    ["00000000-0000-4000-8000-000000000001"],
    ["00000000-0000-4000-8000-000000000002"],
  ],
  secretsStoreId: ["a".repeat(32), "b".repeat(32)],
  "providers[].provider": ["openai", "grok"],
  "providers[].alias": ["default", "batch"],
  "providers[].key": ["key-a", "key-b"],
  "worker.name": ["chat", "talk"],
  "worker.models": [
    { id: "@cf/a/b" },
    { id: "@cf/e/f" },
    { id: "@cf/a/b", name: "fast" },
    { id: "@cf/a/b", name: "good" },
    { id: "openai/a" },
    { id: "openai/a", speaks: "responses" },
    { id: "openai/a", stream: "native" },
    { id: "acme/a", speaks: "messages" },
    { id: "acme/a" },
  ].map((model) => ["@cf/c/d", "@cf/g/h", model]),
  "worker.allow": [["web_search"], ["mcp"], ["web_search", "mcp"]],
  "worker.fallbacks": [["@cf/c/d"], ["@cf/g/h"]],
  "worker.cloudflareAccess.team": ["acme", "other"],
  "worker.cloudflareAccess.audience": ["a".repeat(64), "b".repeat(64)],
  "worker.domain": ["chat.example.com", "talk.example.com"],
  "worker.workersDevSubdomain": ["acme", "other"],
  "worker.callerLimit.periodSeconds": [10, 60],
  "worker.origins": [["https://a.test"], ["https://b.test"]],
  "callers[].name": ["web", "app"],
  "callers[].sha256": ["a".repeat(64), "b".repeat(64)],
  "callers[].until": ["2030-01-01", "2030-01-02"],
  "callers[].models": [["@cf/c/d"], ["@cf/g/h"], ["@cf/c/d", "@cf/g/h"]],
  "callers[].limit.periodSeconds": [10, 60],
  "anonymousCallers.key": ["a".repeat(64), "b".repeat(64)],
  "waivers[].rule": ["no-callers", "open-worker"],
  "waivers[].reason": ["the app is not there yet", "the app is there by May"],
  "waivers[].until": ["2030-01-01", "2030-01-02"],
};

/** Lists the leaves below a node. A list of groups has one item. */
export function schemaLeaves(group: Node, path: Path = [], pattern = ""): readonly SchemaLeaf[] {
  return Object.entries(group.properties ?? {}).flatMap(([key, node]) => {
    const [to, name] = [[...path, key], pattern === "" ? key : `${pattern}.${key}`];
    const examples = EXAMPLES[name];
    if (examples !== undefined) return [{ path: to, pattern: name, values: examples }];
    if (node.items?.properties !== undefined) {
      return schemaLeaves(node.items, [...to, 0], `${name}[]`);
    }
    if (node.properties !== undefined) return schemaLeaves(node, to, name);
    return [{ path: to, pattern: name, values: valuesOf(node) }];
  });
}

function valuesOf(node: Node): readonly unknown[] {
  if (node.type === "boolean") return [true, false];
  return node.enum ?? [node.maximum, node.minimum].filter((value) => value !== undefined);
}

/** Makes the stack in which every leaf has its first value. */
export function wholeStack(leaves: readonly SchemaLeaf[]): object {
  return leaves.reduce<object>((stack, { path, values }) => setAt(stack, path, values[0]), {});
}

/** Sets or, with undefined, removes the value at a path. */
export function setAt(group: unknown, [key, ...rest]: Path, value: unknown): object {
  if (key === undefined) return Object(value);
  const inner: unknown = Reflect.get(Object(group), key);
  const next = rest.length === 0 ? value : setAt(inner ?? {}, rest, value);
  if (typeof key === "number") return [next];
  const others = Object.entries(Object(group)).filter(([other]) => other !== key);
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]);
}
