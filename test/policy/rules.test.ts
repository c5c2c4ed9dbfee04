import { expect, test } from "vitest";

import { RULES } from "../../policy/rules/rules.ts";
import { REACHES } from "../../policy/settings/reaches.ts";
import { stackWith } from "../support/settings.ts";
import { LEGACY, LOGPUSH, SHORT_STREAMS, broken, worker } from "../support/rules.ts";

const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };
const STORE = "5ec5".repeat(8);
const LANGFUSE = {
  kind: "otel",
  url: "https://cloud.langfuse.com/api/public/otel/v1/traces",
  keepDays: 7,
};
const WEB = { name: "web", sha256: "a".repeat(64) };
const DAILY = { id: "daily", limitUsd: 5, windowSeconds: 86_400 };

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

// docs/rules/*.diff has a case of every rule; these are of those that break at several places.
test.each<[string, Record<string, unknown>, string[]]>([
  [
    "measurements-outlive-logs",
    {
      logs: { ...LEGACY, keepDays: 30 },
      telemetry: { traces: { url: OTEL.url, keepDays: 31 }, metrics: true },
    },
    [
      "telemetry.traces names callers, and is kept for 31 days, while logs.keepDays is 30",
      "telemetry.metrics names callers, and is kept for three months, while logs.keepDays is 30",
    ],
  ],
  [
    "copy-outlives-logs",
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
      "exports[0].keepDays is 8, while logs.keepDays is 7",
      "exports[1].keepDays is missing, while logs.keepDays is 7",
      "logpush.keepDays is 30, while logs.keepDays is 7",
    ],
  ],
  [
    "spend-window-short",
    {
      spendLimits: [{ ...DAILY, windowSeconds: 24 }],
      callers: [{ ...WEB, limitUsd: { usd: 1, windowSeconds: 3599 } }],
    },
    ["spendLimits[0].windowSeconds is 24", "callers[0].limitUsd.windowSeconds is 3599"],
  ],
  [
    "export-unauthorized",
    {
      logs: { ...LEGACY, collect: "full" },
      exports: [LANGFUSE],
      telemetry: { traces: { url: LANGFUSE.url } },
    },
    [
      "exports[0] goes to Langfuse, and has no authorization",
      "telemetry.traces goes to Langfuse, and has no authorization",
    ],
  ],
  [
    "provider-key-unused",
    { secretsStoreId: STORE, providers: [{ provider: "openai", key: "k" }] },
    ["providers[0] is a key of openai, and no model of the stack is a third party's"],
  ],
])("%s is found wherever it holds", (id, change, places) => {
  const found = broken(stackWith("dev", change)).filter((text) => text.includes(` ${id}: `));

  expect(found).toEqual(places.map((text) => `warning ${id}: ${text}`));
});

test.each([
  [{ worker: worker({ access: "open" }) }, "open-worker", "warning", "error"],
  [{ gatewayId: "default" }, "default-gateway", "error", "error"],
  [{ logs: { ...LEGACY, collect: "full" } }, "bodies-in-production", undefined, "error"],
])("the tier decides how grave a finding is: %j", (change, id, dev, prod) => {
  const severityIn = (name: "dev" | "prod") =>
    broken(stackWith(name, change))
      .find((text) => text.includes(` ${id}: `))
      ?.split(" ")[0];

  expect([severityIn("dev"), severityIn("prod")]).toEqual([dev, prod]);
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
