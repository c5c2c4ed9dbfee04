/** What a statement says of callers, models and limits. */
import { expect, test } from "vitest";

import { answers } from "../support/statement.ts";

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
