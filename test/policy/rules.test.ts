import { expect, test } from "vitest";

import type { Evidence } from "../../policy/evidence/evidence.ts";
import { RULES, check } from "../../policy/rules/rules.ts";
import { REACHES } from "../../policy/settings/reaches.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackWith } from "../support/settings.ts";

const TODAY = "2026-11-22";
const LEGACY = { collect: "metadata", maxEntries: 20_000, whenFull: "deleteOldest" };
const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };
const LOGPUSH = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
const STORE = "5ec5".repeat(8);
const LANGFUSE = {
  kind: "otel",
  url: "https://cloud.langfuse.com/api/public/otel/v1/traces",
  keepDays: 7,
};
const WEB = { name: "web", sha256: "a".repeat(64) };
const DAILY = { id: "daily", limitUsd: 5, windowSeconds: 86_400 };
const worker = (changes: object) => ({ name: "w", models: ["@cf/a/b"], ...changes });
const neighbour = (name: string, changes: object) => ({
  ...stackWith("dev", { gatewayId: `gw-${name}`, worker: worker({ name }), ...changes }),
  name,
});

/** The warning of production on the free plan, with the two models of the tests' stack. */
const SHORT_STREAMS =
  "warning streams-on-free: plan is free, while the streams of 2 models are read";

/** `error bodies-in-production: logs.collect is full` */
function broken(stack: Stack, others: readonly Stack[] = []): string[] {
  return check(stack, { others, today: TODAY }).map(
    ({ severity, rule, path, message }) => `${severity} ${rule.id}: ${path} ${message}`,
  );
}

test("a stack with a caller breaks no rule, but for long streams on the free plan", () => {
  expect(broken(stackWith("dev"), [stackWith("prod")])).toEqual([]);
  expect(broken(stackWith("prod"), [stackWith("dev")])).toEqual([SHORT_STREAMS]);
  expect(broken(stackWith("prod", { plan: "paid" }))).toEqual([]);
});

test("streams that pass unread end on no plan before their time, and embeddings have none", () => {
  const stack = (models: readonly unknown[]) =>
    stackWith("prod", { worker: worker({ models }), spendLimits: [DAILY] });
  const native = { id: "openai/gpt-5", stream: "native" };

  expect(broken(stack([native, "@cf/baai/bge-m3", "openai/text-embedding-3-small"]))).toEqual([]);
  expect(broken(stack([native, "@cf/baai/bge-reranker-base"]))).toHaveLength(1);
  expect(broken(stack([native, "openai/gpt-5-mini", "@cf/baai/bge-m3"]))).toEqual([
    "warning streams-on-free: plan is free, while the streams of 1 model are read",
  ]);
});

/**
 * Rule → a change of a stack that breaks it, and the findings in development and, where they differ,
 * in production.
 */
const CASES: Record<string, [change: Record<string, unknown>, dev: string[], prod?: string[]]> = {
  "bodies-in-production": [
    { logs: { ...LEGACY, collect: "full" } },
    [],
    ["error: logs.collect is full"],
  ],
  "bodies-in-a-copy": [
    { logs: LEGACY, exports: [OTEL] },
    ["error: exports[0].url is https://otel.example.com/v1/traces, while logs.collect is metadata"],
  ],
  "logpush-without-logs": [
    { plan: "paid", logs: LEGACY, logpush: LOGPUSH },
    ["error: logpush is declared, while logs.collect is metadata"],
  ],
  "classification-without-bodies": [
    { logs: { ...LEGACY, classification: true } },
    ["error: logs.classification is true, while logs.collect is metadata"],
  ],
  "traces-in-clear": [
    { telemetry: { traces: { url: "http://otel.example.com/v1/traces" } } },
    ["error: telemetry.traces.url is http://otel.example.com/v1/traces"],
  ],
  "measurements-outlive-logs": [
    {
      logs: { ...LEGACY, keepDays: 30 },
      telemetry: { traces: { url: OTEL.url, keepDays: 31 }, metrics: true },
    },
    [
      "warning: telemetry.traces names callers, and is kept for 31 days, while logs.keepDays is 30",
      "warning: telemetry.metrics names callers, and is kept for three months, while logs.keepDays is 30",
    ],
  ],
  "traces-to-this-machine": [
    { telemetry: { traces: { url: "http://127.0.0.1:4318/v1/traces" } } },
    ["warning: telemetry.traces.url is http://127.0.0.1:4318/v1/traces"],
    ["error: telemetry.traces.url is http://127.0.0.1:4318/v1/traces"],
  ],
  "keep-days-not-enforced": [
    { logSystem: "observability", logs: { collect: "metadata", keepDays: 3 } },
    ["error: logs.keepDays is 3, and nothing deletes logs of that age"],
  ],
  "alerts-without-retention": [
    { logs: { ...LEGACY, alertUrl: "https://alerts.example.com/key" } },
    ["warning: logs.alertUrl is set, and logs.keepDays is not"],
  ],
  "keep-days-too-long": [
    { logSystem: "observability", logs: { collect: "metadata", keepDays: 8 } },
    ["error: logs.keepDays is 8"],
  ],
  "copy-outlives-logs": [
    {
      logSystem: "observability",
      logs: { collect: "full", keepDays: 7 },
      exports: [
        { ...OTEL, keepDays: 8 },
        { ...OTEL, url: "https://b.example.com" },
      ],
      plan: "paid",
      logpush: LOGPUSH,
    },
    [
      "warning: exports[0].keepDays is 8, while logs.keepDays is 7",
      "warning: exports[1].keepDays is missing, while logs.keepDays is 7",
      "warning: logpush.keepDays is 30, while logs.keepDays is 7",
    ],
    [
      "error: exports[0].keepDays is 8, while logs.keepDays is 7",
      "error: exports[1].keepDays is missing, while logs.keepDays is 7",
      "error: logpush.keepDays is 30, while logs.keepDays is 7",
    ],
  ],
  "reader-without-expiry": [
    { readers: [{ name: "oncall", kind: "person" }] },
    ["warning: readers[0].until is missing for oncall"],
    ["error: readers[0].until is missing for oncall"],
  ],
  "reader-expired": [
    { readers: [{ name: "oncall", kind: "person", until: "2026-11-21" }] },
    ["warning: readers[0].until was 2026-11-21 for oncall"],
  ],
  "reader-token-without-use": [
    {
      logSystem: "observability",
      logs: { collect: "metadata" },
      readers: [
        { name: "audit", kind: "person", until: "2027-03-31" },
        { name: "oncall", kind: "person", until: "2027-03-31", token: true },
      ],
    },
    ["error: readers[1].token is true for oncall, while logSystem is observability"],
  ],
  "shared-cache-in-production": [
    { cache: { ttlSeconds: 60 } },
    [],
    ["warning: cache.ttlSeconds is 60"],
  ],
  "open-gateway": [{ authentication: "false" }, ["error: authentication is false"]],
  "open-worker": [
    { worker: worker({ access: "open" }) },
    ["warning: worker.access is open"],
    ["error: worker.access is open"],
  ],
  "no-callers": [{ callers: undefined }, ["warning: callers is empty"]],
  "cpu-limit-on-free": [
    { worker: worker({ cpuMs: 50 }) },
    ["error: worker.cpuMs is 50, while plan is free"],
  ],
  "placement-not-deployable": [
    { worker: worker({ placement: "smart" }) },
    ["error: worker.placement is smart, which fails in the deploy and in no preview"],
  ],
  "streams-on-free": [
    { plan: "free" },
    [],
    ["warning: plan is free, while the streams of 2 models are read"],
  ],
  "logpush-on-free": [
    { plan: "free", logs: { ...LEGACY, collect: "full" }, logpush: LOGPUSH },
    ["warning: logpush is declared, while plan is free"],
  ],
  "logpush-unwatched": [
    { plan: "paid", logs: { ...LEGACY, collect: "full" }, logpush: LOGPUSH },
    [],
    ["warning: logpush is declared, and alerts is not"],
  ],
  "alerts-about-nothing": [
    { alerts: { email: "ops@example.com" } },
    ["warning: alerts is set, and no message is declared"],
  ],
  "caller-expired": [
    { callers: [{ name: "web", sha256: "a".repeat(64), until: "2026-11-21" }] },
    ["warning: callers[0].until was 2026-11-21 for web"],
  ],
  "unprotected-production": [{ protect: "false" }, [], ["error: protect is false"]],
  "logging-stops": [
    { logs: { ...LEGACY, collect: "full", whenFull: "stop" }, exports: [OTEL] },
    ["warning: logs.whenFull is stop"],
    ["error: logs.whenFull is stop"],
  ],
  "unbounded-spend": [
    { worker: worker({ models: ["@cf/a/b", "openai/gpt-5-mini"] }) },
    ["warning: spendLimits is empty, while worker.models has openai/gpt-5-mini"],
    ["error: spendLimits is empty, while worker.models has openai/gpt-5-mini"],
  ],
  "spend-window-short": [
    {
      spendLimits: [{ ...DAILY, windowSeconds: 24 }],
      callers: [{ ...WEB, limitUsd: { usd: 1, windowSeconds: 3599 } }],
    },
    [
      "warning: spendLimits[0].windowSeconds is 24",
      "warning: callers[0].limitUsd.windowSeconds is 3599",
    ],
  ],
  "export-unauthorized": [
    {
      logs: { ...LEGACY, collect: "full" },
      exports: [LANGFUSE],
      telemetry: { traces: { url: LANGFUSE.url } },
    },
    [
      "warning: exports[0] goes to Langfuse, and has no authorization",
      "warning: telemetry.traces goes to Langfuse, and has no authorization",
    ],
  ],
  "model-format-unknown": [
    { worker: worker({ models: ["@cf/a/b", "acme/large"] }), spendLimits: [DAILY] },
    ["error: worker.models[1] is acme/large, whose format is not known"],
  ],
  "model-format-contradicted": [
    {
      worker: worker({ models: [{ id: "anthropic/claude-sonnet-5", speaks: "chat" }] }),
      spendLimits: [DAILY],
    },
    [
      "warning: worker.models[0] is anthropic/claude-sonnet-5, which is known to speak messages, and is said to speak chat",
    ],
  ],
  "model-unreachable": [
    { worker: worker({ models: [{ id: "mistral/large", speaks: "chat" }] }), spendLimits: [DAILY] },
    ["error: worker.models[0] is mistral/large, to which the AI binding has no way"],
  ],
  "model-on-free": [
    { plan: "free", worker: worker({ models: ["@cf/moonshotai/kimi-k2.6"] }) },
    ["warning: worker.models[0] is @cf/moonshotai/kimi-k2.6, while plan is free"],
  ],
  "caller-limit-without-effect": [
    {
      worker: worker({ access: "open" }),
      callers: [{ name: "web", sha256: "a".repeat(64), limit: { requests: 1, periodSeconds: 10 } }],
    },
    ["error: callers[0] has models or limits of its own, while worker.access is open"],
  ],
  "reach-in-production": [
    { worker: worker({ allow: ["web_search"] }) },
    [],
    [
      "warning: worker.allow[0] is web_search: words of prompts sent by the provider to a search engine",
    ],
  ],
  "reach-keeps-prompts": [
    { worker: worker({ allow: ["mcp", "store"] }), zdr: "true" },
    [
      "error: worker.allow[1] is store: prompts and answers kept at the provider, while zdr is true",
    ],
  ],
  "byok-only-without-key": [
    { byokOnly: "true", worker: worker({ models: ["@cf/a/b", "openai/gpt-5-mini"] }) },
    [
      "error: worker.models[1] is openai/gpt-5-mini, while byokOnly is true and providers has no key of openai under the alias default",
    ],
  ],
  "provider-key-unused": [
    { secretsStoreId: STORE, providers: [{ provider: "openai", key: "k" }] },
    ["warning: providers[0] is a key of openai, and no model of the stack is a third party's"],
  ],
  "zdr-without-effect": [
    {
      zdr: "true",
      secretsStoreId: STORE,
      providers: [{ provider: "openai", key: "k" }],
      worker: worker({ models: ["openai/gpt-5-mini"] }),
    },
    ["warning: zdr is true, while openai/gpt-5-mini is called with a stored key"],
  ],
  "cache-without-effect": [
    { cache: { ttlSeconds: 60 }, worker: worker({ models: ["@cf/a/b", "openai/gpt-5-mini"] }) },
    ["warning: worker.models[1] is openai/gpt-5-mini, which is not cached"],
  ],
  "default-gateway": [{ gatewayId: "default" }, ["error: gatewayId is default"]],
  "cap-over-plan": [
    { logs: { ...LEGACY, maxEntries: 100_001 } },
    [
      "warning: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
    ],
    [
      "error: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
    ],
  ],
  "waiver-unknown": [
    { waivers: [{ rule: "bodies-in-prodction", reason: "a slip of the pen", until: TODAY }] },
    ['error: waivers[0].rule is "bodies-in-prodction" (did you mean bodies-in-production?)'],
  ],
  "waiver-expired": [
    { waivers: [{ rule: "no-callers", reason: "until the app is there", until: "2026-11-21" }] },
    ["error: waivers[0].until was 2026-11-21 for no-callers"],
  ],
  "waiver-too-long": [
    { waivers: [{ rule: "no-callers", reason: "until the app is there", until: "2027-11-23" }] },
    ["error: waivers[0].until is 2027-11-23 for no-callers"],
  ],
  "waiver-unused": [
    { waivers: [{ rule: "no-callers", reason: "until the app is there", until: TODAY }] },
    ["warning: waivers[0].rule is no-callers, which the stack does not break"],
    ["error: waivers[0].rule is no-callers, which the stack does not break"],
  ],
};

test.each(Object.entries(CASES))("%s is found where it holds", (id, [change, dev, prod = dev]) => {
  const found = (name: "dev" | "prod") =>
    broken(stackWith(name, change)).filter((text) => text.includes(` ${id}: `));

  expect(found("dev")).toEqual(dev.map((text) => text.replace(":", ` ${id}:`)));
  expect(found("prod")).toEqual(prod.map((text) => text.replace(":", ` ${id}:`)));
});

// Whoever sets the deploy's variables would decide which account holds the logs.
test("a production stack whose file names no account in clear is warned about", () => {
  const without = (name: "dev" | "prod") => ({
    ...stackWith(name, { plan: "paid" }),
    accountId: undefined,
  });

  expect(broken(without("prod"))).toEqual([
    "warning account-not-declared: accountId is not declared in clear",
  ]);
  expect(broken(without("dev"))).toEqual([]);
});

// Nobody has read evidence in a deploy: there the rule is silent, and a waiver of it is not unused.
test("production without bodies is warned about until an account has shown the switch to work", () => {
  const RUN: Evidence = {
    file: "docs/evidence/probe.json",
    asked: { api: "https://api.cloudflare.com", sdk: "cloudflare 7.3.0", logSystem: "legacy" },
    answers: [],
  };
  const answer = {
    question: "payload-header",
    at: "2026-11-21T10:00:00Z",
    seen: "no body",
  } as const;
  const PROD = stackWith("prod", { plan: "paid" });
  const found = (stack: Stack, evidence?: readonly Evidence[]) =>
    check(stack, { others: [], today: TODAY, ...(evidence && { evidence }) }).map(
      ({ rule, message }) => `${rule.id}: ${message}`,
    );
  const kept = { ...RUN, answers: [{ ...answer, verdict: "kept" as const }] };
  const failed = { ...RUN, answers: [{ ...answer, verdict: "broken" as const }] };
  const elsewhere = { ...kept, asked: { ...kept.asked, logSystem: "observability" as const } };
  const unproved =
    "bodies-off-unproved: is metadata, which no evidence of an account shows to work";
  const rule = "bodies-off-unproved";
  const waived = stackWith("prod", {
    plan: "paid",
    waivers: [{ rule, reason: "the probe comes next week", until: TODAY }],
  });

  expect(found(PROD, [])).toEqual([unproved]);
  expect(found(PROD, [elsewhere])).toEqual([unproved]);
  expect(found(PROD, [kept])).toEqual([]);
  expect(found(PROD, [failed])).toEqual([
    "bodies-off-unproved: is metadata, which was seen to fail on 2026-11-21 (docs/evidence/probe.json)",
  ]);
  expect(found(stackWith("dev", { logs: LEGACY }), [])).toEqual([]);
  expect(found(PROD)).toEqual([]);
  expect(found(waived)).toEqual([]);
  expect(found(waived, [])).toEqual([]);
});

const GPT = { id: "openai/gpt-5" };

test("a stream that passes unread is warned about until its model was seen to be clean", () => {
  const seen = (verdict: "kept" | "broken" | "unknown", at: string): Evidence => ({
    file: `docs/evidence/${at}.json`,
    asked: { api: "https://api.cloudflare.com", sdk: "cloudflare 7.3.0", logSystem: "legacy" },
    answers: [
      {
        question: "stream-format",
        at: `${at}T10:00:00Z`,
        verdict,
        seen: "one stream",
        models: [{ id: "openai/gpt-5", speaks: "chat", verdict }],
      },
    ],
  });
  const stack = (model: object) =>
    stackWith("dev", {
      logSystem: "observability",
      logs: { collect: "full" },
      worker: worker({ models: [{ ...model, stream: "native" }] }),
      spendLimits: [DAILY],
    });
  const found = (evidence: readonly Evidence[] | undefined, model: object = GPT) =>
    check(stack(model), { others: [], today: TODAY, ...(evidence && { evidence }) }).map(
      ({ rule, path, message }) => `${rule.id}: ${path} ${message}`,
    );
  const clean = seen("kept", "2026-11-21");
  const local = { ...clean, asked: { ...clean.asked, api: "http://127.0.0.1:1" } };
  const unproved = (id: string) =>
    `native-stream-unproved: worker.models[0].stream is native for ${id}, and no evidence shows its streams to be clean`;

  expect(found([])).toEqual([unproved("openai/gpt-5")]);
  expect(found([local])).toEqual([unproved("openai/gpt-5")]);
  expect(found([seen("kept", "2026-11-21")])).toEqual([]);
  expect(found([clean], { id: "openai/gpt-4o" })).toEqual([unproved("openai/gpt-4o")]);
  // The verdict was about another format.
  expect(found([clean], { ...GPT, speaks: "responses" })).toContain(unproved(GPT.id));
  expect(found([seen("broken", "2026-11-21"), seen("kept", "2026-11-20")])).toEqual([
    "native-stream-unproved: worker.models[0].stream is native for openai/gpt-5, and its stream was seen not to be clean on 2026-11-21 (docs/evidence/2026-11-21.json)",
  ]);
  expect(found([seen("kept", "2026-11-20"), seen("unknown", "2026-11-21")])).toEqual([]);
  expect(found(undefined)).toEqual([]);
});

test("every rule is broken by a case above or by one between stacks below", () => {
  const between = [
    "shared-gateway",
    "shared-worker",
    "account-facts-differ",
    "too-many-gateways",
    "too-many-retention-workers",
    "shared-bucket",
    "too-many-logpush-jobs",
  ];
  const others = ["account-not-declared", "bodies-off-unproved", "native-stream-unproved"];
  // What a preview shows, test/ops/comment.test.ts breaks.
  const ofPreviews = ["gateway-replaced"];

  expect(RULES.map(({ id }) => id).toSorted()).toEqual(
    [...Object.keys(CASES), ...between, ...others, ...ofPreviews].toSorted(),
  );
});

test.each([
  ["http://localhost:4318/v1/traces", ["traces-to-this-machine"]],
  ["http://127.3.2.1:4318/v1/traces", ["traces-to-this-machine"]],
  ["http://[::1]:4318/v1/traces", ["traces-to-this-machine"]],
  ["http://[0:0:0:0:0:0:0:1]/v1/traces", ["traces-to-this-machine"]],
  ["http://[2001:db8::1]:4318/v1/traces", ["traces-in-clear"]],
  ["http://localhost.example.com/v1/traces", ["traces-in-clear"]],
  ["http://127.0.0.1.example.com/v1/traces", ["traces-in-clear"]],
  ["https://[2001:db8::1]/v1/traces", []],
])("the collector %s breaks %j", (url, rules) => {
  const found = broken(stackWith("dev", { telemetry: { traces: { url } } }));

  expect(found.map((each) => / (\S+):/.exec(each)?.[1])).toEqual(rules);
});

test("an hour is no short window, and either way to authorize an export is one", () => {
  const found = (changes: Record<string, unknown>) =>
    broken(stackWith("dev", { logs: { ...LEGACY, collect: "full" }, ...changes }));
  const own = "https://traces.example.com/api/public/otel";

  expect(found({ spendLimits: [{ ...DAILY, windowSeconds: 3600 }] })).toEqual([]);
  expect(found({ exports: [{ ...LANGFUSE, headers: { authorization: "Basic x" } }] })).toEqual([]);
  expect(found({ exports: [{ ...LANGFUSE, authorization: "langfuse" }] })).toEqual([]);
  expect(found({ exports: [{ ...LANGFUSE, url: own }] })).toHaveLength(1);
  expect(found({ exports: [OTEL] })).toEqual([]);
});

test("two stacks of one account with one gateway, or one Worker, are found", () => {
  const twin = neighbour("twin", { gatewayId: "shop-dev", worker: worker({ name: "talk-dev" }) });

  expect(broken(stackWith("dev"), [twin])).toEqual([
    "error shared-gateway: gatewayId is shop-dev, which stack twin has too",
    "error shared-worker: worker.name is talk-dev, which stack twin has too",
  ]);
});

test("a Worker of one stack with the name of another's retention Worker is found from both", () => {
  const keeping = stackWith("dev", { logs: { ...LEGACY, keepDays: 7 } });
  const twin = neighbour("twin", { worker: worker({ name: "talk-dev-retention" }) });

  expect(broken(keeping, [twin])).toEqual([
    "error shared-worker: worker.name makes talk-dev-retention, which stack twin has too",
  ]);
  expect(broken(twin, [{ ...keeping, name: "dev" }])).toEqual([
    "error shared-worker: worker.name is talk-dev-retention, which stack dev has too",
  ]);
});

test("two stacks that would keep their copies in one bucket are found", () => {
  const copying = { plan: "paid", logs: { ...LEGACY, collect: "full" }, logpush: LOGPUSH };

  expect(broken(stackWith("dev", copying), [neighbour("twin", copying)])).toEqual([
    "error shared-bucket: logpush.bucket is app-logs, which stack twin has too",
  ]);
});

test("callers with limits of money bound a third party's models where nobody else may use them", () => {
  const web = { name: "web", sha256: "a".repeat(64), limitUsd: { usd: 1, windowSeconds: 3600 } };
  const job = { name: "job", sha256: "b".repeat(64) };
  const models = ["@cf/a/b", { id: "openai/gpt-5", name: "big" }];
  const found = (callers: readonly object[], changes: object = {}) =>
    broken(stackWith("prod", { plan: "paid", worker: worker({ models, ...changes }), callers }));
  const unbounded =
    "error unbounded-spend: spendLimits is empty, while worker.models has openai/gpt-5";

  expect(found([web])).toEqual([]);
  expect(found([web, { ...job, models: ["@cf/a/b"] }])).toEqual([]);
  expect(found([web, { ...job, models: ["big"] }])).toEqual([unbounded]);
  expect(found([web, job])).toEqual([unbounded]);
  const cloudflareAccess = { team: "acme", audience: "a".repeat(64) };
  expect(found([web], { cloudflareAccess })).toEqual([unbounded]);
});

test.each([
  ["zdr", { zdr: "true" }, "zdr is true"],
  ["logs.collect none", { logs: { ...LEGACY, collect: "none" } }, "logs.collect is none"],
])(
  "under %s whatever a provider keeps is refused, and what it sends on is not",
  (_, promise, why) => {
    const allow = Object.keys(REACHES);
    const found = broken(stackWith("dev", { worker: worker({ allow }), ...promise }));

    expect(found.map((text) => /is (\w+):.*, while (.+)$/.exec(text)?.slice(1))).toEqual(
      ["store", "background", "files", "cache_24h", "code_execution", "file_search"].map(
        (reach) => [reach, why],
      ),
    );
  },
);

test("a Logpush job more than an account has is found", () => {
  const copying = (bucket: string) => ({
    plan: "paid",
    logs: { ...LEGACY, collect: "full" },
    logpush: { ...LOGPUSH, bucket },
  });
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => neighbour(`s${index}`, copying(`logs-${index}`)));

  expect(broken(stackWith("dev", copying("mine")), many(3))).toEqual([]);
  expect(broken(stackWith("dev", copying("mine")), many(4))).toEqual([
    "warning too-many-logpush-jobs: logpush makes one of 5 Logpush jobs, over the account's 4",
  ]);
  expect(broken(stackWith("dev", { plan: "paid" }), many(5))).toEqual([]);
});

test("logging that stops at the cap stops Logpush too", () => {
  const logs = { ...LEGACY, collect: "full", whenFull: "stop" };

  expect(broken(stackWith("dev", { plan: "paid", logs, logpush: LOGPUSH }))).toEqual([
    "warning logging-stops: logs.whenFull is stop",
  ]);
});

test("legacy logs may be kept for any days, as a retention Worker deletes older ones", () => {
  expect(broken(stackWith("dev", { logs: { ...LEGACY, keepDays: 1 } }))).toEqual([]);
  expect(broken(stackWith("dev", { logs: { ...LEGACY, keepDays: 3650 } }))).toEqual([]);
});

test("a retention Worker more than the plan has cron triggers is found", () => {
  const logs = { ...LEGACY, maxEntries: 10_000, keepDays: 7 };
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => neighbour(`s${index}`, { logs }));
  const found =
    "warning too-many-retention-workers: logs.keepDays makes one of 6 retention Workers";

  expect(broken(stackWith("dev", { logs }), many(4))).toEqual([]);
  expect(broken(stackWith("dev", { logs }), many(5))).toEqual([`${found}, over the free plan's 5`]);
  expect(broken(stackWith("dev"), many(6))).toEqual([]);
});

test("stacks of two accounts may be alike, and an account that is not named may be any", () => {
  const twin = neighbour("twin", { gatewayId: "shop-dev", plan: "paid" });

  expect(broken(stackWith("dev"), [{ ...twin, accountId: "f".repeat(32) }])).toEqual([]);
  expect(broken(stackWith("dev"), [{ ...twin, accountId: undefined }])).toHaveLength(2);
  expect(broken({ ...stackWith("dev"), accountId: undefined }, [twin])).toHaveLength(2);
});

test("stacks of one account that disagree about it are found", () => {
  const other = neighbour("other", {
    plan: "paid",
    logSystem: "observability",
    logs: { collect: "none" },
  });

  expect(broken(stackWith("prod"), [other])).toEqual([
    "error account-facts-differ: plan is free, and paid in stack other",
    "error account-facts-differ: logSystem is legacy, and observability in stack other",
    SHORT_STREAMS,
  ]);
});

test("the caps of an account add up, and a paid plan has room for them", () => {
  const logs = { ...LEGACY, maxEntries: 90_001 };
  const stack = (changes: object) => stackWith("prod", { logs, ...changes });
  const others = (plan: string) => [neighbour("a", { plan })];

  expect(broken(stack({}), others("free"))).toEqual([
    "error cap-over-plan: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
    SHORT_STREAMS,
  ]);
  expect(broken(stack({ plan: "paid" }), others("paid"))).toEqual([]);
});

test("a cap is the affair of legacy logs alone", () => {
  const logs = { ...LEGACY, maxEntries: 100_001 };
  const observed = { logSystem: "observability", logs: { collect: "none" } };
  const found = (stack: Stack, other: Stack) =>
    broken(stack, [other]).filter((text) => text.includes("cap-over-plan"));

  expect(found(stackWith("prod", { logs }), neighbour("a", observed))).toEqual([
    "error cap-over-plan: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
  ]);
  expect(found(stackWith("prod", observed), neighbour("a", { logs }))).toEqual([]);
});

test("a stack more than the plan has gateways is found", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      neighbour(`s${index}`, { logSystem: "observability", logs: { collect: "none" } }),
    );
  const stack = stackWith("prod", { logSystem: "observability", logs: { collect: "none" } });

  expect(broken(stack, many(9))).toEqual([SHORT_STREAMS]);
  expect(broken(stack, many(10))).toEqual([
    "error too-many-gateways: gatewayId is one of 11 gateways, over the free plan's 10",
    SHORT_STREAMS,
  ]);
});

test("a waiver excuses its rule to the end of its last day, and no other", () => {
  const waivers = (until: string) => [
    { rule: "bodies-in-production", reason: "the audit of December", until },
  ];
  const logs = { ...LEGACY, collect: "full", whenFull: "stop" };
  const stop = "error logging-stops: logs.whenFull is stop";

  expect(broken(stackWith("prod", { plan: "paid", logs, waivers: waivers(TODAY) }))).toEqual([
    stop,
  ]);
  expect(broken(stackWith("prod", { plan: "paid", logs, waivers: waivers("2026-11-21") }))).toEqual(
    [
      "error bodies-in-production: logs.collect is full",
      stop,
      "error waiver-expired: waivers[0].until was 2026-11-21 for bodies-in-production",
    ],
  );
});

test("a waiver that is over and excuses nothing is told to be over", () => {
  const waivers = [{ rule: "no-callers", reason: "until the app is there", until: "2026-11-21" }];

  expect(broken(stackWith("prod", { plan: "paid", waivers }))).toEqual([
    "error waiver-expired: waivers[0].until was 2026-11-21 for no-callers",
  ]);
});

test("a waiver of what only a preview shows is neither unknown nor unused, and ends as others do", () => {
  const waivers = (until: string) => [
    { rule: "gateway-replaced", reason: "the gateway gets its final name", until },
  ];

  expect(broken(stackWith("prod", { plan: "paid", waivers: waivers(TODAY) }))).toEqual([]);
  expect(broken(stackWith("prod", { plan: "paid", waivers: waivers("2026-11-21") }))).toEqual([
    "error waiver-expired: waivers[0].until was 2026-11-21 for gateway-replaced",
  ]);
});

test("a copy may be kept as long as the logs", () => {
  const changes = {
    logSystem: "observability",
    logs: { collect: "full", keepDays: 7 },
    exports: [{ ...OTEL, keepDays: 7 }],
  };

  expect(broken(stackWith("dev", changes))).toEqual([]);
});

test("every rule names the page behind it", () => {
  const sources = RULES.map(({ source }) => source);

  expect(sources.filter((source) => !/^(https:\/\/|docs\/)\S+$/.test(source))).toEqual([]);
});

test("a rule about waivers cannot be waived", () => {
  const waivers = [{ rule: "waiver-unused", reason: "an attempt to be clever", until: TODAY }];

  expect(broken(stackWith("prod", { plan: "paid", waivers }))).toEqual([
    expect.stringMatching(/^error waiver-unknown: waivers\[0\]\.rule is "waiver-unused"/),
  ]);
});

test("errors are told before warnings", () => {
  const changes = {
    plan: "paid",
    callers: undefined,
    gatewayId: "default",
    cache: { ttlSeconds: 60 },
  };

  expect(broken(stackWith("prod", changes)).map((text) => text.split(" ")[0])).toEqual([
    "error",
    "warning",
    "warning",
  ]);
});

test("a Worker that is open to everybody needs no caller", () => {
  const open = stackWith("dev", { callers: undefined, worker: worker({ access: "open" }) });

  expect(broken(open)).toEqual(["warning open-worker: worker.access is open"]);
});

test("logging may stop in development, where no copy depends on it", () => {
  expect(broken(stackWith("dev", { logs: { ...LEGACY, whenFull: "stop" } }))).toEqual([]);
});

test("days that Workers Observability does not keep are promised by nobody", () => {
  const logs = (keepDays: number) => ({ collect: "metadata", keepDays });
  const found = (days: number) =>
    broken(stackWith("dev", { logSystem: "observability", logs: logs(days) }));

  expect(found(6)).toHaveLength(1);
  expect(found(7)).toEqual([]);
});
