import { expect, test } from "vitest";

import { JUDGES, compareStacks } from "../../policy/difference/difference.ts";
import { listLeaves } from "../../policy/difference/leaves.ts";
import { jsonSchemas, type Node } from "../../policy/settings/schema.ts";
import { stackWith } from "../support/settings.ts";
import {
  LEGACY,
  ONCALL,
  OTEL,
  LOGPUSH,
  TRACES,
  worker,
  changes,
  KEY_A,
} from "../support/difference.ts";

const TELEMETRY = { traces: TRACES, metrics: true };
const ACCESS = { team: "acme", audience: "a".repeat(64) };

test("what destroys comes first, then what reveals", () => {
  const to = {
    logs: { ...LEGACY, collect: "full", maxEntries: 10_000 },
    plan: "paid",
    zdr: "true",
  };

  expect(changes({ logs: LEGACY }, to).map((text) => text.split(":")[0])).toEqual([
    "destroys logs",
    "less private",
    "more private",
    "neutral",
  ]);
});

test("an item that comes or goes is told once, and its place in the list does not matter", () => {
  const two = [ONCALL, { ...ONCALL, name: "audit" }];

  expect(changes({ readers: [ONCALL] }, { readers: two })).toEqual([
    "less private: readers.audit absent → present",
  ]);
  expect(changes({ readers: two }, { readers: two.toReversed() })).toEqual([]);
});

test("letting in people by their e-mail address is less private", () => {
  const access = { worker: worker({ cloudflareAccess: ACCESS }) };

  expect(changes({ worker: worker({}) }, access)).toEqual([
    "less private: worker.cloudflareAccess.team absent → acme",
    `neutral: worker.cloudflareAccess.audience absent → ${ACCESS.audience}`,
  ]);
  expect(changes(access, { worker: worker({}) })).toEqual([
    "more private: worker.cloudflareAccess.team acme → absent",
    `neutral: worker.cloudflareAccess.audience ${ACCESS.audience} → absent`,
  ]);
});

test.each([
  ["application", { audience: "b".repeat(64) }],
  ["team", { team: "acme-two" }],
])("another %s of Cloudflare Access may admit others, and says so", (what, other) => {
  const access = (more: object) =>
    stackWith("prod", { worker: worker({ cloudflareAccess: { ...ACCESS, ...more } }) });

  expect(compareStacks(access({}), access(other))).toMatchObject([
    {
      effect: "less private",
      because: `whoever the other ${what} admits may call, and stands in logs: look there who that is`,
    },
  ]);
});

test("what only one log system knows is no decision about the logs that are there", () => {
  const observability = { logSystem: "observability", logs: { collect: "metadata" } };

  expect(changes({ logs: LEGACY }, observability)).toEqual([
    "neutral: logSystem legacy → observability",
    "neutral: logs.maxEntries 90000 → absent",
    "neutral: logs.whenFull deleteOldest → absent",
  ]);
});

test("what reads in flight, and an exception, are told when they come and when they go", () => {
  const guarded = { guardrails: { prompt: { P1: "flag" } } };
  const waivers = (until: string) => ({
    waivers: [{ rule: "no-callers", reason: "until the app is there", until }],
  });

  expect(changes({}, guarded)).toEqual(["less private: guardrails.prompt.P1 absent → flag"]);
  expect(changes(guarded, {})).toEqual(["more private: guardrails.prompt.P1 flag → absent"]);
  expect(changes(guarded, { guardrails: { prompt: { P1: "block" } } })).toEqual([
    "neutral: guardrails.prompt.P1 flag → block",
  ]);
  expect(changes({}, waivers("2026-12-31"))).toEqual([
    "less private: waivers.no-callers absent → present",
  ]);
  expect(changes(waivers("2026-12-31"), waivers("2027-01-31"))).toEqual([
    "less private: waivers.no-callers.until 2026-12-31 → 2027-01-31",
  ]);
});

test("an account that one of the files does not name is no other account", () => {
  const named = stackWith("prod");

  expect(compareStacks({ ...named, accountId: undefined }, named)).toMatchObject([
    { path: "accountId", effect: "neutral", because: "if it is the account that it was" },
  ]);
  expect(compareStacks(named, { ...named, accountId: undefined })).toMatchObject([
    { path: "accountId", effect: "neutral", because: "if it is the account that it was" },
  ]);
});

test("secrets are not compared, and not shown", () => {
  const exports = (key: string) => [{ ...OTEL, headers: { Authorization: key } }];
  const logs = (key: string) => ({ ...LEGACY, keepDays: 1, alertUrl: `https://a.test/${key}` });

  expect(changes({ logs: logs("one") }, { logs: logs("two") })).toEqual([]);
  expect(changes({ exports: exports("one") }, { exports: exports("two") })).toEqual([]);
});

test("what an exporter is sent along is compared: names of headers, and the account's secret", () => {
  const exports = (more: object) => ({ exports: [{ ...OTEL, ...more }] });

  expect(changes(exports({}), exports({ authorization: "all_keys" }))).toEqual([
    expect.stringMatching(/^less private: exports\.\S+\.authorization absent → all_keys$/),
  ]);
  expect(changes(exports({}), exports({ headers: { "x-key": "k" } }))).toEqual([
    expect.stringMatching(/^less private: exports\.\S+\.headers \S+ → x-key$/),
  ]);
});

test("settings of other namespaces and environments are changes, too", () => {
  const plain = stackWith("prod");
  const more = {
    ...plain,
    others: new Map([["cloudflare:userAgentOperatorSuffix", "acme"]]),
    environments: ["acme/extra"],
  };

  expect(compareStacks(plain, more)).toMatchObject([
    { path: "cloudflare:userAgentOperatorSuffix", from: "absent", to: "acme", effect: "neutral" },
    { path: "environment.acme/extra", from: "absent", to: "present", effect: "neutral" },
  ]);
});

test("a stack is compared by the names of its items, and without its secrets", () => {
  const models = ["@cf/a/b", "@cf/c/d"];
  const chat = worker({ models, fallbacks: models });
  const leaves = listLeaves(stackWith("dev", { callers: [KEY_A], zdr: true, worker: chat }));

  const item = "callers.web (token aaaaaaaa)";
  expect([...leaves.values()]).toEqual(
    expect.arrayContaining([
      { path: "zdr", pattern: "zdr", value: true },
      { path: item, pattern: "callers[]", value: "present" },
      { path: `${item}.key`, pattern: "callers[].key", value: "aaaaaaaa", item },
      { path: "worker.models.@cf/a/b", pattern: "worker.models[]", value: "present" },
      { path: "worker.fallbacks", pattern: "worker.fallbacks", value: "@cf/a/b, @cf/c/d" },
    ]),
  );
});

/** Settings, each with all below it, a change of which means nothing for logs. */
const NEUTRAL: readonly string[] = [
  "plan",
  "logs.alertUrl",
  "alerts",
  "readers[].name",
  "readers[].kind",
  "worker.name",
  "worker.models[].id",
  "worker.models[].speaks",
  "worker.models[].stream",
  "worker.fallbacks",
  "worker.timeoutSeconds",
  "worker.idleSeconds",
  "worker.callerLimit",
  "worker.origins",
  "worker.domain",
  "worker.workersDev",
  "worker.workersDevSubdomain",
  "worker.maxBodyBytes",
  "worker.placement",
  "worker.cpuMs",
  "callers",
  "providers[].provider",
  "providers[].alias",
  "waivers[].rule",
  "waivers[].reason",
];

test("every setting of the schema is judged", () => {
  const isJudged = (pattern: string) =>
    Object.hasOwn(JUDGES, pattern.replace(/^guardrails\..+/, "guardrails")) ||
    NEUTRAL.some(
      (known) =>
        pattern === known || pattern.startsWith(`${known}.`) || pattern.startsWith(`${known}[`),
    );
  const leaves = [...listLeaves(stackWith("prod")).values()];
  const patterns = [...listPatterns(jsonSchemas.legacy), ...leaves.map(({ pattern }) => pattern)];
  const unjudged = patterns.filter((pattern) => !isJudged(pattern));

  // The log system is part of `logs` once it is read.
  expect(unjudged).toEqual(["logSystem"]);
});

test("every judged pattern is one that a stack can have", () => {
  const patterns = new Set([
    "guardrails",
    ...listPatterns(jsonSchemas.legacy),
    ...[
      ...listLeaves({
        ...stackWith("prod", {
          readers: [ONCALL],
          exports: [OTEL],
          logpush: LOGPUSH,
          telemetry: TELEMETRY,
        }),
        others: new Map([["cloudflare:x", "y"]]),
        environments: ["acme/extra"],
      }).values(),
    ].map(({ pattern }) => pattern),
  ]);

  expect(Object.keys(JUDGES).filter((pattern) => !patterns.has(pattern))).toEqual([]);
});

/** `logs.collect`, `readers[]`, `readers[].until` */
function listPatterns(group: Node, prefix = ""): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([key, node]) => {
    const name = `${prefix}${key}`;
    if (node.items?.properties !== undefined)
      return [`${name}[]`, ...listPatterns(node.items, `${name}[].`)];
    if (name === "worker.allow") return [`${name}[]`];
    return node.properties === undefined ? [name] : listPatterns(node, `${name}.`);
  });
}
