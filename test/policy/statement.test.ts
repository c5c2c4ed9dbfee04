import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { toPage, toText } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { ROOT, stackWith } from "../support/settings.ts";

const LEGACY = { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest" };
const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };

/** Fact → its answer. */
async function answers(...args: Parameters<typeof stackWith>): Promise<Record<string, string>> {
  const { facts } = await stateStack(stackWith(...args));
  return Object.fromEntries(facts.map(({ id, answer }) => [id, answer]));
}

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

test("a copy whose end nobody states is told as one", async () => {
  expect(await answers("dev", { exports: [OTEL] })).toMatchObject({
    copies: expect.stringContaining("(kept there for a time not stated, as json)"),
  });
});

test("an encrypted copy is told with its bucket, its days and who can read it", async () => {
  const logpush = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const { facts } = await stateStack(stackWith("dev", { plan: "paid", logpush }));

  expect(facts.find(({ id }) => id === "copies")).toMatchObject({
    answer:
      "YES, with prompt, answer and metadata: by Logpush to R2 bucket app-logs of the account, encrypted for the owner of the key " +
      `that ends in ${PUBLIC_KEY.split("\n").at(-2)} (kept there for 30 days, and up to a day more); ` +
      "in clear there: gateway, provider, models, endpoint, status, time, cost, duration",
    notProved: [{ point: 10 }, { point: 17 }],
  });
});

test.each([
  ["no key", {}, "", ", metadata (stack, caller, release, route)"],
  [
    "a key",
    { publicKey: PUBLIC_KEY },
    `, metadata encrypted for the owner of the key that ends in ${PUBLIC_KEY.split("\n").at(-2)}`,
    "",
  ],
])("a copy without bodies and with %s is told as one", async (_, key, sealed, clear) => {
  const logpush = { bucket: "app-logs", keepDays: 30, bodies: false, ...key };
  const stated = async (more: object) =>
    (await stateStack(stackWith("dev", { plan: "paid", logpush, ...more }))).facts.find(
      ({ id }) => id === "copies",
    );
  const copy =
    `without prompts and answers: by Logpush to R2 bucket app-logs of the account${sealed} ` +
    "(kept there for 30 days, and up to a day more); in clear there: " +
    `gateway, provider, models, endpoint, status, time, cost, duration${clear}`;

  expect(await stated({})).toMatchObject({
    answer: `YES, ${copy}`,
    notProved: [
      { point: 10 },
      { point: 17, text: expect.stringContaining("the fields alone that its job names") },
    ],
  });
  expect((await stated({ exports: [OTEL] }))?.answer).toMatch(
    /^YES, with prompt, answer and metadata: as traces to .*; and without prompts and answers: by/,
  );
});

test("who gets a message when copies stop is stated, and that nobody does", async () => {
  const logpush = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const alerts = {
    email: "ops@example.com",
    webhook: "https://alerts.test/T0/key",
    usage: { product: "worker_requests", limit: 1_000_000 },
  };
  const stated = async (more: object) =>
    (await answers("dev", { plan: "paid", ...more }))["alerts"];

  expect(await stated({ logpush, alerts })).toBe(
    "ops@example.com and a webhook, where Logpush switches off a job of the account that fails or usage of worker_requests passes 1,000,000; a gap in the copies is not seen by it",
  );
  expect(await stated({ logpush })).toMatch(/^NOBODY: a job that Cloudflare switches off/);
  expect(await stated({ alerts: { email: "ops@example.com" } })).toBe(
    "nobody: ops@example.com is declared, and no message is",
  );
  expect(await stated({})).toBeUndefined();
});

test("models that stand in are told", async () => {
  const worker = { name: "w", models: ["@cf/a/b", "@cf/c/d"], fallbacks: ["@cf/c/d"] };

  expect(await answers("dev", { worker })).toMatchObject({
    models: "@cf/a/b, @cf/c/d; where one fails, in turn @cf/c/d",
  });
});

test("a limit of silence is told where it is the shorter one", async () => {
  const worker = { name: "w", models: ["@cf/a/b"], timeoutSeconds: 60 };
  const limits = async (more: object) =>
    (await answers("dev", { plan: "paid", worker: { ...worker, ...more } }))["limits"];

  expect(await limits({})).toBe("1,000,000 bytes a request, 60 seconds a model");
  expect(await limits({ idleSeconds: 30 })).toBe(
    "1,000,000 bytes a request, 60 seconds a model, 30 seconds of a model's silence",
  );
});

test("the free plan's CPU time is told where streams are read", async () => {
  const limits = async (plan: string, models: readonly unknown[]) =>
    (await answers("dev", { plan, worker: { name: "w", models } }))["limits"];
  const native = { id: "openai/gpt-5", stream: "native" };
  const told = "10 ms of CPU time a request, so that long streamed answers end early";

  expect(await limits("free", [native, "@cf/a/b"])).toContain(told);
  expect(await limits("free", [native, "@cf/baai/bge-m3"])).not.toContain(told);
  expect(await limits("paid", ["@cf/a/b"])).not.toContain(told);
});

test("an open door is told in capitals", async () => {
  const worker = { name: "w", models: ["@cf/a/b", "openai/gpt-5-mini"], access: "open" };

  expect(await answers("dev", { authentication: "false", worker })).toMatchObject({
    callers: "EVERYBODY",
    change: expect.stringContaining("EVERYBODY who knows the gateway's address"),
    address: "nowhere on the Internet",
    models: "@cf/a/b, openai/gpt-5-mini; prompts go to openai, under their own terms",
  });
});

test("addresses, money, cache, limits and retries are told with their units", async () => {
  const told = await answers("dev", {
    billing: "unified",
    byokOnly: "true",
    zdr: "true",
    cache: { ttlSeconds: 3600 },
    retry: { maxAttempts: 1, delayMs: 500, backoff: "linear" },
    spendLimits: [
      { id: "all", limitUsd: 1000, windowSeconds: 86_400 },
      { id: "each", limitUsd: 0.5, windowSeconds: 60, per: "caller", technique: "sliding" },
    ],
    worker: {
      name: "w",
      models: ["@cf/a/b"],
      domain: "chat.example.com",
      workersDev: true,
      workersDevSubdomain: "acme",
    },
  });

  expect(told).toMatchObject({
    address: "https://chat.example.com, https://w.acme.workers.dev",
    money:
      "Workers AI from AI Gateway credits; third parties with keys of your own only; calls paid from credits to OpenAI's and Anthropic's endpoints that retain nothing",
    cache: "YES: for 3,600 seconds, for every caller who sends the same request",
    limits:
      "1,000 USD in 86,400 seconds (fixed) for all callers together, best effort, 0.5 USD in 60 seconds (sliding) for each caller, best effort, 1,000,000 bytes a request, 120 seconds a model, 10 ms of CPU time a request, so that long streamed answers end early",
    retries: "yes, up to 1 time, after 500 ms (linear); each may be billed",
  });
});

test("each token is named by the beginning of its hash, two of one caller too, and an encrypted one not", async () => {
  const [shown, hidden] = ["1a2b3c4d".padEnd(64, "0"), "0".repeat(64)];
  const callers = [
    { name: "web", sha256: shown },
    { name: "web", sha256: "ef".repeat(32), until: "2026-12-31" },
    { name: "batch", sha256: hidden, until: "2027-01-31" },
    { name: "cron", sha256: hidden },
  ];

  expect(await answers("dev", { callers })).toMatchObject({
    callers:
      "web (key 1a2b3c4d…), web (until 2026-12-31; key efefefef…), batch (until 2027-01-31; encrypted: which key cannot be seen), " +
      "cron (encrypted: which key cannot be seen), each with a token",
  });
});

test("nobody may call where no caller is declared", async () => {
  expect(await answers("dev", { callers: undefined })).toMatchObject({
    callers: "nobody yet: no caller is declared",
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

test("what is not proved is marked, and told once below", async () => {
  const page = toPage("prod", await stateStack(stackWith("prod")));

  expect(page).toContain("the Worker says so on every call (not proved: 1) |");
  expect(page.split("\n").filter((line) => line.startsWith("- point"))).toEqual([
    "- point 1: that Cloudflare heeds the Worker's switch on a call of the AI binding",
    "- point 2: that a call can switch its own log on where the gateway collects none",
    "- point 10: that an exporter taken out of the stack file, or added by hand, is gone after a deploy",
    "- point 16: that Cloudflare deletes by age as asked, how many logs at a time, and that what it deletes is gone",
    "- point 18: that analytics hold this of a call whose log is off, and that nothing erases it; for how long is not documented",
  ]);
});

test("what a gateway just created may not take is marked wherever it is promised", async () => {
  const { facts } = await stateStack(
    stackWith("prod", {
      exports: [OTEL],
      guardrails: { prompt: { P1: "flag" } },
      spendLimits: [{ id: "all", limitUsd: 1, windowSeconds: 60 }],
      retry: { maxAttempts: 1, delayMs: 500, backoff: "linear" },
      readers: [{ name: "oncall", kind: "person" }],
    }),
  );
  const open = facts.flatMap(({ id, notProved = [] }) =>
    notProved.map(({ point }) => `${id} ${point}`),
  );

  expect(open).toEqual([
    "bodies 1",
    "bodies 11",
    "logged 2",
    "counted 18",
    "days 16",
    "readers 14",
    "copies 10",
    "copies 3",
    "otherReaders 3",
    "limits 4",
    "limits 3",
    "retries 6",
  ]);
});

test("what becomes of a deleted gateway's logs is marked where the gateway can be deleted", async () => {
  const dev = toPage("dev", await stateStack(stackWith("dev")));
  const prod = toPage("prod", await stateStack(stackWith("prod")));

  expect(dev).toContain("| YES, and most likely its logs with it (not proved: 12) |");
  expect(prod).not.toContain("point 12");
});

test("each open point of a statement stands in the docs, with how to try it", async () => {
  const docs = await readFile(join(ROOT, "docs/what-is-stored.md"), "utf8");
  const everything = {
    exports: [OTEL],
    guardrails: { prompt: { P1: "flag" } },
    spendLimits: [{ id: "all", limitUsd: 1, windowSeconds: 60 }],
    retry: { maxAttempts: 1, delayMs: 500, backoff: "linear" },
    readers: [{ name: "oncall", kind: "person" }],
    logSystem: "observability",
    logs: { collect: "metadata" },
  };
  const stacks = [stackWith("prod", everything), stackWith("prod")];
  const statements = await Promise.all(stacks.map((stack) => stateStack(stack)));
  const points = statements.flatMap(({ facts }) =>
    facts.flatMap(({ notProved = [] }) => notProved.map(({ point }) => point)),
  );

  expect(points).toEqual(expect.arrayContaining([15, 16]));
  expect(points.filter((point) => !docs.includes(`\n${point}. **`))).toEqual([]);
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
