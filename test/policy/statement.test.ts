import { expect, test } from "vitest";

import { toPage, toText } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { stackWith } from "../support/settings.ts";
import { OTEL, answers } from "../support/statement.ts";

const LEGACY = { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest" };

test("development says that bodies are kept, production that they never are", async () => {
  expect(await answers("dev")).toMatchObject({
    bodies: "YES, of every call",
    beside: "YES, with prompt and answer, unless its own headers ask for less",
    full: "beyond 10,000 logs the oldest are deleted; sooner if the account's gateways hold 100,000 together",
    copies: "none is declared",
    otherReaders: "nothing is declared, besides the models",
    callers: "web (key abababab…), each with a token",
    deletion: "YES, and most likely its logs with it",
  });
  expect(await answers("prod")).toMatchObject({
    bodies: "no: the Worker says so on every call",
    beside: "no: the gateway collects nothing by itself, unless the call's own headers ask for it",
    limits:
      "600 requests in 60 seconds (sliding) for all callers together, 1,000,000 bytes a request, 120 seconds a model, 10 ms of CPU time a request, so that long streamed answers end early",
    deletion:
      "not by pulumi up or destroy, with --ignore-protect neither: the program refuses it, and it is kept at Cloudflare if it leaves the stack; a token with AI Gateway Edit can delete it",
  });
});

test("a stack that keeps no logs says so", async () => {
  const logs = { collect: "none", maxEntries: 20_000, whenFull: "stop" };

  expect(await answers("dev", { logs })).toMatchObject({
    bodies: "no",
    logged: "no",
    beside: "no: the gateway collects nothing by itself, unless the call's own headers ask for it",
    days: "without a limit of time: until somebody deletes them",
    full: expect.stringContaining(
      "from 20,000 logs on nothing new is stored; requests are served on, unseen",
    ),
  });
});

test.each([
  ["full", "yes"],
  ["metadata", "yes"],
  ["none", "YES, though no log is kept"],
])(
  "under %s a call is counted with its caller's name, which is not proved",
  async (collect, yes) => {
    const logs = { collect, maxEntries: 20_000, whenFull: "stop" };
    const { facts } = await stateStack(stackWith("dev", { logs }));

    expect(facts.find(({ id }) => id === "counted")).toEqual({
      id: "counted",
      question: "Is a call counted, logged or not?",
      answer: `${yes}: AI Gateway's analytics hold model, tokens, cost, status and, as metadata, stack, caller, release, route; every token with Account Analytics Read reads them, and nothing known erases them`,
      value: { caller: "name" },
      notProved: [
        {
          point: 18,
          text: "that analytics hold this of a call whose log is off, and that nothing erases it; for how long is not documented",
        },
      ],
    });
  },
);

test("a stack that hashes names is counted by the hash, one with Access by e-mail addresses", async () => {
  const { facts } = await stateStack(
    stackWith("dev", { anonymousCallers: { key: "c3".repeat(32) } }),
  );
  const cloudflareAccess = { team: "acme", audience: "a1".repeat(32) };

  expect(facts.find(({ id }) => id === "counted")).toMatchObject({
    answer: expect.stringContaining("stack, a keyed hash of the caller, release"),
    value: { caller: "hash" },
  });
  expect(
    await answers("dev", { worker: { name: "w", models: ["@cf/a/b"], cloudflareAccess } }),
  ).toMatchObject({ counted: expect.stringContaining("(of people the e-mail address)") });
});

test("what an Observability account keeps is Cloudflare's to say", async () => {
  const changes = { logSystem: "observability", logs: { collect: "metadata" } };

  expect(await answers("dev", changes)).toMatchObject({
    where: "in Workers Observability, dataset ai-gateway, if the account is as new as stated",
    days: "7 days, by Cloudflare's own rule (free plan: 3 days until 2026-11-30); no retention Worker, for no documented call deletes such logs",
    full: "beyond the plan's allowance the rest of the day (UTC) is not stored",
  });
  expect(await answers("dev", { ...changes, plan: "paid" })).toMatchObject({
    full: "beyond the plan's allowance more is stored, and billed",
  });
});

test("days are kept by the retention Worker, which tells somebody or nobody of failures", async () => {
  const logs = { collect: "none", maxEntries: 20_000, whenFull: "stop", keepDays: 1 };
  const told = { ...logs, whenFull: "deleteOldest", alertUrl: "https://alerts.example.com/key" };

  expect(await answers("dev", { logs })).toMatchObject({
    days: "1 day: the retention Worker deletes older ones, every hour; its failures are in its own log alone",
  });
  expect(await answers("dev", { logs: told })).toMatchObject({
    days: "1 day: the retention Worker deletes older ones, every hour, or newer logs push them out; a webhook hears of failures",
  });
});

test("everybody who reads prompts is named", async () => {
  const told = await answers("dev", {
    readers: [
      { name: "oncall", kind: "person", until: "2027-03-31", addresses: ["203.0.113.0/24"] },
      { name: "deploy", kind: "ci" },
    ],
    exports: [{ ...OTEL, keepDays: 30 }],
    guardrails: { prompt: { P1: "block" }, response: { S10: "flag" } },
    dlp: [
      {
        id: "cards",
        action: "flag",
        check: ["request", "response"],
        profiles: ["00000000-0000-4000-8000-000000000001"],
      },
    ],
    logs: { collect: "full", classification: true, maxEntries: 10_000, whenFull: "deleteOldest" },
  });

  expect(told).toMatchObject({
    readers:
      "meant to: oncall (person, until 2027-03-31, from 203.0.113.0/24), deploy (CI, no last day); " +
      "able to: every token with AI Gateway Read or Edit and every member who may view the account, for all its gateways, " +
      "and its Workers with an AI binding, for a log whose id they know; reads leave no trace",
    copies:
      "YES, with prompt, answer and metadata: as traces to https://otel.example.com/v1/traces (kept there for 30 days, as json)",
    otherReaders:
      "yes: guardrails (models on Workers AI, while a call runs), data loss prevention (Cloudflare, while a call runs), classification (Cloudflare, from stored logs)",
    searches:
      "P1 in the prompt (block), S10 in the response (flag), DLP cards in the request, the response (flag)",
  });
});

test("whose token the stack makes is told, and that nothing else limits the others", async () => {
  const oncall = { name: "oncall", kind: "person", until: "2027-03-31", token: true };
  const audit = { name: "audit", kind: "person", until: "2027-03-31" };
  const reads = async (readers: readonly object[]) => {
    const { facts } = await stateStack(stackWith("prod", { readers }));
    return facts.find(({ id }) => id === "readers");
  };

  expect(await reads([oncall])).not.toHaveProperty("notProved");
  expect(await reads([oncall, audit])).toMatchObject({
    answer: expect.stringMatching(
      /^meant to: oncall \(person, until 2027-03-31, by a token of this stack\), audit \(person, until 2027-03-31\); able to: every token with AI Gateway Read or Edit \(the retention Worker has one, those of this stack stand encrypted in its state\) and every member/,
    ),
    notProved: [
      { point: 14, text: "that the named readers without a token of this stack have these limits" },
    ],
  });
});

test("the first line that changes when production begins to keep bodies says so", async () => {
  const logs = { collect: "full", maxEntries: 90_000, whenFull: "deleteOldest" };
  const before = toPage("prod", await stateStack(stackWith("prod"))).split("\n");
  const after = toPage("prod", await stateStack(stackWith("prod", { logs }))).split("\n");

  expect(after.find((line) => !before.includes(line))).toBe(
    "| Are prompts and answers stored in logs? | YES, of every call |",
  );
});

test("the fingerprint is the policy's: another account or encrypted token leaves it, another fact or key does not", async () => {
  const fingerprint = async (changes: Record<string, unknown>) =>
    (await stateStack(stackWith("prod", changes))).fingerprint;
  const shipped = await fingerprint({});

  expect(await fingerprint({ accountId: "f".repeat(32) })).toBe(shipped);
  const hidden = "0".repeat(64);
  const encrypted = await fingerprint({ callers: [{ name: "web", sha256: hidden }] });
  expect(await fingerprint({ callers: [{ name: "app", sha256: hidden }] })).not.toBe(encrypted);
  expect(await fingerprint({ callers: [{ name: "web", sha256: "c".repeat(64) }] })).not.toBe(
    shipped,
  );
  expect(await fingerprint({ protect: "false" })).not.toBe(shipped);
});

test("an exception stands among the facts, and cannot become markup", async () => {
  const waivers = [
    { rule: "bodies-in-production", reason: "an <b>audit</b> | [x](y) `z`", until: "2027-01-31" },
  ];
  const statement = await stateStack(stackWith("prod", { waivers }));

  expect(toPage("prod", statement)).toContain(
    String.raw`| Exception from bodies-in-production | until 2027-01-31: an \<b\>audit\</b\> \| \[x\](y) \`z\` |`,
  );
  expect(toText(statement)).toContain("until 2027-01-31: an <b>audit</b> | [x](y) `z`");
});

test("no secret of a stack reaches its statement", async () => {
  const stack = stackWith("dev", {
    logs: { ...LEGACY, keepDays: 1, alertUrl: "https://planted-secret.example.com" },
    exports: [{ ...OTEL, headers: { Authorization: "planted-secret" } }],
    callers: [{ name: "web", sha256: "5ec7e7".padEnd(64, "1") }],
    anonymousCallers: { key: "5ec7e8".padEnd(64, "0") },
  });
  const text = JSON.stringify(await stateStack(stack));

  expect(text).not.toContain("planted-secret");
  expect(text).not.toContain("5ec7e711111");
  expect(text).not.toContain("5ec7e8");
});

test.each<[string, Record<string, unknown>, string]>([
  ["none", {}, "no caller, as no log is kept"],
  ["none", { anonymousCallers: { key: "c3".repeat(32) } }, "a keyed hash of the caller"],
  ["metadata", {}, "the caller's name"],
  [
    "full",
    {
      worker: {
        name: "w",
        models: ["@cf/a/b"],
        cloudflareAccess: { team: "acme", audience: "a".repeat(64) },
      },
    },
    "the caller's name (of people the e-mail address)",
  ],
])(
  "under %s a page says to whom spans go, and how they name callers",
  async (collect, more, caller) => {
    const logs = { collect, maxEntries: 20_000, whenFull: "stop" };
    const traces = { url: OTEL.url, headers: { "x-key": "of-the-collector" }, keepDays: 30 };

    const { telemetry } = await answers("dev", { logs, telemetry: { traces }, ...more });

    expect(telemetry).toBe(
      `YES, without prompt and answer: a span of each request that reaches a model, with its ids, to https://otel.example.com/v1/traces (kept there for 30 days, with header x-key); they hold model, route, tokens, status, duration and ${caller}`,
    );
  },
);

test("a page says that data points stay for three months, whatever logs do", async () => {
  const { telemetry } = await answers("prod", { telemetry: { metrics: { dataset: "measured" } } });

  expect(telemetry).toBe(
    "YES, without prompt and answer: a data point of each request to dataset measured of the account (Analytics Engine: kept for three months, whatever the log system does; nothing deletes one sooner, and every token with Account Analytics Read reads it); they hold model, route, tokens, status, duration and the caller's name",
  );
});
