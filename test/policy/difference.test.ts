import { expect, test } from "vitest";

import { JUDGES, NEUTRAL, compareStacks, type Change } from "../../policy/difference/difference.ts";
import { listLeaves } from "../../policy/difference/leaves.ts";
import { jsonSchemas, type Node } from "../../policy/settings/schema.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackText, stackWith } from "../support/settings.ts";

const LEGACY = { collect: "metadata", maxEntries: 90_000, whenFull: "deleteOldest" };
const ONCALL = { name: "oncall", kind: "person", until: "2027-03-31" };
const NETS = ["203.0.113.0/24", "198.51.100.7"];
const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };
const COPIES = { plan: "paid", logs: { ...LEGACY, collect: "full" } };
const LOGPUSH = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
const TRACES = { url: "https://otel.example.com/v1/traces" };
const TELEMETRY = { traces: TRACES, metrics: true };
const LAST_LINE = PUBLIC_KEY.split("\n").at(-2) ?? "";
const ACCESS = { team: "acme", audience: "a".repeat(64) };
const worker = (more: object) => ({ name: "w", models: ["@cf/a/b"], ...more });

/** `less private: logs.collect metadata → full` */
function changes(from: Record<string, unknown>, to: Record<string, unknown>): string[] {
  return compareStacks(stackWith("prod", from), stackWith("prod", to)).map(describe);
}

function describe({ effect, path, from, to }: Change): string {
  return `${effect}: ${path} ${from} → ${to}`;
}

// Each is read backwards too: the second effect is that of the change undone.
test.each<[string, Record<string, unknown>, Record<string, unknown>, string, string]>([
  [
    "logs.collect metadata → full",
    { logs: LEGACY },
    { logs: { ...LEGACY, collect: "full" } },
    "less private",
    "more private",
  ],
  [
    "logs.collect metadata → none",
    { logs: LEGACY },
    { logs: { ...LEGACY, collect: "none" } },
    "more private",
    "less private",
  ],
  [
    "telemetry.traces absent → present",
    {},
    { telemetry: { traces: TRACES } },
    "less private",
    "more private",
  ],
  [
    "telemetry.traces.url https://otel.example.com/v1/traces → https://b.example.com/",
    { telemetry: { traces: TRACES } },
    { telemetry: { traces: { url: "https://b.example.com/" } } },
    "less private",
    "less private",
  ],
  [
    "telemetry.traces.keepDays absent → 30",
    { telemetry: { traces: TRACES } },
    { telemetry: { traces: { ...TRACES, keepDays: 30 } } },
    "more private",
    "less private",
  ],
  [
    "telemetry.metrics absent → present",
    {},
    { telemetry: { metrics: true } },
    "less private",
    "more private",
  ],
  [
    "telemetry.metrics.dataset true → other",
    { telemetry: { metrics: true } },
    { telemetry: { metrics: { dataset: "other" } } },
    "neutral",
    "neutral",
  ],
  [
    "telemetry.traces.headers none → Authorization",
    { telemetry: { traces: TRACES } },
    { telemetry: { traces: { ...TRACES, headers: { Authorization: "of-the-collector" } } } },
    "neutral",
    "neutral",
  ],
  [
    "logs.maxEntries 90000 → 10000",
    { logs: LEGACY },
    { logs: { ...LEGACY, maxEntries: 10_000 } },
    "destroys logs",
    "less private",
  ],
  [
    "logs.whenFull deleteOldest → stop",
    { logs: LEGACY },
    { logs: { ...LEGACY, whenFull: "stop" } },
    "neutral",
    "destroys logs",
  ],
  [
    "logs.keepDays absent → 30",
    { logs: LEGACY },
    { logs: { ...LEGACY, keepDays: 30 } },
    "destroys logs",
    "less private",
  ],
  [
    "logs.keepDays 30 → 7",
    { logs: { ...LEGACY, keepDays: 30 } },
    { logs: { ...LEGACY, keepDays: 7 } },
    "destroys logs",
    "less private",
  ],
  [
    "logs.keepDays absent → 7",
    { logSystem: "observability", logs: { collect: "metadata" } },
    { logSystem: "observability", logs: { collect: "metadata", keepDays: 7 } },
    "neutral",
    "neutral",
  ],
  [
    "logs.classification false → true",
    { logs: LEGACY },
    { logs: { ...LEGACY, classification: true } },
    "less private",
    "more private",
  ],
  ["gatewayId shop-prod → app-two", {}, { gatewayId: "app-two" }, "destroys logs", "destroys logs"],
  [
    "accountId 0123456789abcdef0123456789abcdef → ffffffffffffffffffffffffffffffff",
    {},
    { accountId: "f".repeat(32) },
    "destroys logs",
    "destroys logs",
  ],
  ["protect true → false", { protect: "true" }, { protect: "false" }, "destroys logs", "neutral"],
  ["authentication true → false", {}, { authentication: "false" }, "less private", "more private"],
  ["tier production → development", {}, { tier: "development" }, "less private", "more private"],
  ["readers.oncall absent → present", {}, { readers: [ONCALL] }, "less private", "more private"],
  [
    "readers.oncall.until 2027-03-31 → 2027-04-01",
    { readers: [ONCALL] },
    { readers: [{ ...ONCALL, until: "2027-04-01" }] },
    "less private",
    "more private",
  ],
  [
    "readers.oncall.until absent → 2027-03-31",
    { readers: [{ name: "oncall", kind: "person" }] },
    { readers: [ONCALL] },
    "more private",
    "less private",
  ],
  [
    "readers.oncall.token false → true",
    { readers: [ONCALL] },
    { readers: [{ ...ONCALL, token: true }] },
    "less private",
    "more private",
  ],
  [
    "readers.oncall.addresses absent → 203.0.113.0/24, 198.51.100.7",
    { readers: [ONCALL] },
    { readers: [{ ...ONCALL, addresses: NETS }] },
    "more private",
    "less private",
  ],
  [
    "readers.oncall.addresses 198.51.100.7 → 203.0.113.0/24, 198.51.100.7",
    { readers: [{ ...ONCALL, addresses: NETS.slice(1) }] },
    { readers: [{ ...ONCALL, addresses: NETS }] },
    "less private",
    "more private",
  ],
  [
    "readers.oncall.addresses 198.51.100.7 → 198.51.100.17",
    { readers: [{ ...ONCALL, addresses: ["198.51.100.7"] }] },
    { readers: [{ ...ONCALL, addresses: ["198.51.100.17"] }] },
    "less private",
    "less private",
  ],
  [
    "logpush absent → present",
    COPIES,
    { ...COPIES, logpush: LOGPUSH },
    "less private",
    "more private",
  ],
  [
    "logpush.bucket app-logs → other-logs",
    { ...COPIES, logpush: LOGPUSH },
    { ...COPIES, logpush: { ...LOGPUSH, bucket: "other-logs" } },
    "neutral",
    "neutral",
  ],
  [
    "logpush.keepDays 30 → 31",
    { ...COPIES, logpush: LOGPUSH },
    { ...COPIES, logpush: { ...LOGPUSH, keepDays: 31 } },
    "less private",
    "destroys logs",
  ],
  [
    `logpush.publicKey ${LAST_LINE} → ${LAST_LINE.replace("AwEAAQ", "AwAAAQ")}`,
    { ...COPIES, logpush: LOGPUSH },
    { ...COPIES, logpush: { ...LOGPUSH, publicKey: PUBLIC_KEY.replace("AwEAAQ", "AwAAAQ") } },
    "less private",
    "less private",
  ],
  [
    "logpush.bodies true → false",
    { ...COPIES, logpush: LOGPUSH },
    { ...COPIES, logpush: { ...LOGPUSH, bodies: false } },
    "more private",
    "less private",
  ],
  [
    `logpush.publicKey ${LAST_LINE} → absent`,
    { ...COPIES, logpush: { ...LOGPUSH, bodies: false } },
    { ...COPIES, logpush: { bucket: "app-logs", keepDays: 30, bodies: false } },
    "less private",
    "more private",
  ],
  [
    "exports.https://otel.example.com/v1/traces absent → present",
    {},
    { exports: [OTEL] },
    "less private",
    "more private",
  ],
  [
    "exports.https://otel.example.com/v1/traces.keepDays absent → 30",
    { exports: [OTEL] },
    { exports: [{ ...OTEL, keepDays: 30 }] },
    "more private",
    "less private",
  ],
  [
    "cache.ttlSeconds absent → 60",
    {},
    { cache: { ttlSeconds: 60 } },
    "less private",
    "more private",
  ],
  [
    "cache.ttlSeconds 60 → 90",
    { cache: { ttlSeconds: 60 } },
    { cache: { ttlSeconds: 90 } },
    "less private",
    "more private",
  ],
  ["zdr false → true", {}, { zdr: "true" }, "more private", "less private"],
  [
    "worker.access token → open",
    { worker: worker({}) },
    { worker: worker({ access: "open" }) },
    "less private",
    "more private",
  ],
  [
    "anonymousCallers.key absent → present",
    {},
    { anonymousCallers: { key: "a".repeat(64) } },
    "more private",
    "less private",
  ],
  [
    "worker.models.openai/gpt-5-mini absent → present",
    { worker: worker({}) },
    { worker: worker({ models: ["@cf/a/b", "openai/gpt-5-mini"] }) },
    "less private",
    "more private",
  ],
  [
    "worker.models.@cf/c/d absent → present",
    { worker: worker({}) },
    { worker: worker({ models: ["@cf/a/b", "@cf/c/d"] }) },
    "neutral",
    "neutral",
  ],
  [
    "worker.allow.store absent → present",
    { worker: worker({}) },
    { worker: worker({ allow: ["store"] }) },
    "less private",
    "more private",
  ],
  [
    "worker.models.openai/gpt-5.speaks chat → responses",
    { worker: worker({ models: ["openai/gpt-5"] }) },
    { worker: worker({ models: [{ id: "openai/gpt-5", speaks: "responses" }] }) },
    "neutral",
    "neutral",
  ],
  [
    "worker.models.openai/gpt-5.stream read → native",
    { worker: worker({ models: ["openai/gpt-5"] }) },
    { worker: worker({ models: [{ id: "openai/gpt-5", stream: "native" }] }) },
    "neutral",
    "neutral",
  ],
  [
    "rateLimit.requests 600 → 1",
    {},
    { rateLimit: { requests: 1, intervalSeconds: 60, technique: "sliding" } },
    "neutral",
    "neutral",
  ],
])("%s", (change, from, to, effect, undone) => {
  const [name, before, , after] = /^(\S+) (.+) (→) (.+)$/.exec(change)?.slice(1) ?? [];

  expect(changes(from, to)).toEqual([`${effect}: ${change}`]);
  expect(changes(to, from)).toEqual([`${undone}: ${name} ${after} → ${before}`]);
});

// As above, each is read backwards too.
test.each<[string, Record<string, unknown>, Record<string, unknown>, string, string | undefined]>([
  [
    "gatewayId",
    {},
    { gatewayId: "app-two" },
    "a new gateway is made; the old one's logs stay behind or go with it",
    "a new gateway is made; the old one's logs stay behind or go with it",
  ],
  [
    "accountId",
    {},
    { accountId: "f".repeat(32) },
    "a new gateway is made in another account",
    "a new gateway is made in another account",
  ],
  [
    "protect",
    { protect: "true" },
    { protect: "false" },
    "nothing refuses any more to delete the gateway",
    undefined,
  ],
  [
    "authentication",
    {},
    { authentication: "false" },
    "Cloudflare refuses that of a gateway that has it on",
    "Cloudflare lets nobody switch it off again",
  ],
  [
    "logs.maxEntries",
    { logs: LEGACY },
    { logs: { ...LEGACY, maxEntries: 10_000 } },
    "logs over the cap may be deleted, the oldest first",
    "more is kept",
  ],
  [
    "logs.whenFull",
    { logs: LEGACY },
    { logs: { ...LEGACY, whenFull: "stop" } },
    "at the cap nothing new will be stored",
    "at the cap the oldest will be deleted",
  ],
  [
    "logs.keepDays",
    { logs: LEGACY },
    { logs: { ...LEGACY, keepDays: 30 } },
    "older logs are deleted within hours, and for good",
    "more is kept",
  ],
  [
    "readers[].token",
    { readers: [ONCALL] },
    { readers: [{ ...ONCALL, token: true }] },
    "a token is made, for a person or a team, that reads every log of all the account's gateways, until 2027-03-31, from any address",
    "its token is deleted",
  ],
  [
    "readers[] with a token and limits",
    {},
    { readers: [{ ...ONCALL, kind: "ci", addresses: NETS, token: true }] },
    "a token is made, for a pipeline, that reads every log of all the account's gateways, until 2027-03-31, from 203.0.113.0/24, 198.51.100.7 only",
    "its token is deleted",
  ],
  [
    "readers[] with a token without limits",
    {},
    { readers: [{ name: "oncall", kind: "person", token: true }] },
    "a token is made, for a person or a team, that reads every log of all the account's gateways, without a last day, from any address",
    "its token is deleted",
  ],
  [
    "readers[] without a token",
    {},
    { readers: [ONCALL] },
    "meant to read the logs, until 2027-03-31, from any address; no token is made",
    undefined,
  ],
])("a change of %s says why where its values do not", (_, from, to, because, undone) => {
  const reasons = (before: typeof from, after: typeof to) =>
    compareStacks(stackWith("prod", before), stackWith("prod", after)).map(
      (change) => change.because,
    );

  expect(reasons(from, to)).toEqual([because]);
  expect(reasons(to, from)).toEqual([undone]);
});

const HASH = "ab".repeat(32);
const WEB = { name: "web", sha256: HASH };
const TWO = ["@cf/a/b", { id: "@cf/c/d", name: "big" }];

// Each is read backwards too, and then breaks nobody unless a second text says whom.
test.each<[string, Record<string, unknown>, Record<string, unknown>, string?]>([
  [
    "the Worker's workers.dev address answers no more",
    { worker: worker({ workersDev: true }) },
    { worker: worker({ workersDev: true, name: "v" }) },
    "the Worker's workers.dev address answers no more",
  ],
  [
    "the Worker's workers.dev address answers no more",
    { worker: worker({ workersDev: true }) },
    { worker: worker({ workersDev: false }) },
  ],
  [
    "https://a.example.com answers no more",
    { worker: worker({ domain: "a.example.com" }) },
    { worker: worker({ domain: "b.example.com" }) },
    "https://b.example.com answers no more",
  ],
  [
    "https://a.example.com answers no more",
    { worker: worker({ domain: "a.example.com" }) },
    { worker: worker({}) },
  ],
  [
    "requests for @cf/c/d get 404",
    { worker: worker({ models: ["@cf/a/b", "@cf/c/d"] }) },
    { worker: worker({}) },
  ],
  [
    "requests for that name big get 404",
    { worker: worker({ models: TWO }) },
    { worker: worker({ models: ["@cf/a/b", "@cf/c/d"] }) },
  ],
  [
    "requests without a caller's token get 401",
    { worker: worker({ access: "open" }) },
    { worker: worker({}) },
  ],
  [
    "requests that use it are refused",
    { worker: worker({ allow: ["store"] }) },
    { worker: worker({}) },
  ],
  [
    "for callers who speak that model's format, its streams have no error event where they break off, no comments while it is silent, no limit of silence and no repair; ids, model and errors are the provider's",
    { worker: worker({ models: ["openai/gpt-5"] }) },
    { worker: worker({ models: [{ id: "openai/gpt-5", stream: "native" }] }) },
  ],
  ["requests with that token get 401", { callers: [WEB] }, { callers: [] }],
  [
    "requests with that token get 401 after 2027-01-31",
    { callers: [WEB] },
    { callers: [{ ...WEB, until: "2027-01-31" }] },
  ],
  [
    "requests with that token get 401 after 2027-01-31",
    { callers: [{ ...WEB, until: "2027-02-28" }] },
    { callers: [{ ...WEB, until: "2027-01-31" }] },
  ],
  [
    "that caller's requests for @cf/a/b get 404",
    { worker: worker({ models: TWO }), callers: [WEB] },
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["big"] }] },
  ],
  [
    "that caller's requests for @cf/c/d get 404",
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["@cf/a/b", "big"] }] },
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["@cf/a/b"] }] },
  ],
])("%s: a change that breaks callers says what ends", (ends, from, to, undone) => {
  const found = (before: typeof from, after: typeof to) =>
    compareStacks(stackWith("prod", before), stackWith("prod", after)).flatMap(
      (change) => change.ends ?? [],
    );

  expect(found(from, to)).toEqual([ends]);
  expect(found(to, from)).toEqual(undone === undefined ? [] : [undone]);
});

test("what breaks nobody has no mark: a first address, another spelling of a model, a later day", () => {
  const big = (...models: string[]) => ({
    worker: worker({ models: TWO }),
    callers: [{ ...WEB, models }],
  });
  const ends = (from: Record<string, unknown>, to: Record<string, unknown>) =>
    compareStacks(stackWith("prod", from), stackWith("prod", to)).filter((change) => change.ends);

  expect(ends(big("big"), big("@cf/c/d"))).toEqual([]);
  expect(ends({ worker: worker({}) }, { worker: worker({ name: "v" }) })).toEqual([]);
});

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

const KEY_A = { name: "web", sha256: "a".repeat(64) };
const KEY_B = { name: "web", sha256: "b".repeat(64) };

// Two tokens under one name were one leaf, and the second was let in unseen.
test("each token of a caller is one that is let in, and is named by its hash", () => {
  expect(changes({ callers: [KEY_A] }, { callers: [KEY_A, KEY_B] })).toEqual([
    "less private: callers.web (token bbbbbbbb) absent → present",
  ]);
  expect(changes({ callers: [KEY_A, KEY_B] }, { callers: [KEY_B] })).toEqual([
    "more private: callers.web (token aaaaaaaa) present → absent",
  ]);
});

test("an encrypted token cannot be seen: that one comes, goes or has another cipher is reported", () => {
  const from = ["v1:n:aaaaaaaaAAAAAAAA"];

  expect(changesOfFiles(from, [...from, "v1:n:bbbbbbbbBBBBBBBB"])).toEqual([
    "less private: callers.web (encrypted token 2) absent → present",
  ]);
  expect(changesOfFiles(from, ["v1:n:bbbbbbbbBBBBBBBB"])).toEqual([
    "less private: callers.web (encrypted token).key encrypted, …AAAAAAAA → encrypted, …BBBBBBBB",
  ]);
  expect(changesOfFiles(from, from)).toEqual([]);
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

/** The changes between two files whose caller web has these encrypted tokens. */
function changesOfFiles(...ciphers: readonly (readonly string[])[]): readonly string[] {
  const [from, to] = ciphers.map((list) => {
    const callers = list.map((secure) => ({ name: "web", sha256: { secure } }));
    const line = `  ai-gateway:callers: ${JSON.stringify(callers)}\n`;
    const read = parseStackFile("prod", stackText("prod") + line);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.stack;
  });
  return from && to ? compareStacks(from, to).map(describe) : [];
}

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
