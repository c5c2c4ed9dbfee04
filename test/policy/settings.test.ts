import fc from "fast-check";
import { expect, test } from "vitest";

import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { formatProblems, nearestName } from "../../policy/settings/problems.ts";
import { runs } from "../support/runs.ts";
import { problemsOf, stackValues } from "../support/settings.ts";

test("both shipped stacks are good once they name an account and a caller", () => {
  expect(problemsOf(stackValues("dev"))).toEqual([]);
  expect(problemsOf(stackValues("prod"))).toEqual([]);
});

test("a development stack keeps bodies, a production stack never does", () => {
  const dev = parseSettings(stackValues("dev"));
  const prod = parseSettings(stackValues("prod"));

  expect(dev).toMatchObject({ ok: true, settings: { logs: { collect: "full" }, protect: false } });
  expect(prod).toMatchObject({
    ok: true,
    settings: { logs: { collect: "metadata" }, protect: true },
  });
});

test("what a stack leaves out is closed, protected or off", () => {
  const { worker } = JSON.parse(JSON.stringify({ worker: { name: "w", models: ["@cf/a/b"] } }));
  const parsed = parseSettings(
    stackValues("prod", { protect: undefined, rateLimit: undefined, worker }),
  );

  expect(parsed).toMatchObject({
    ok: true,
    settings: {
      protect: true,
      worker: { access: "token", workersDev: false, maxBodyBytes: 1_000_000 },
    },
  });
  expect(Object.keys(parsed.ok ? parsed.settings : {})).not.toContain("rateLimit");
});

test("every problem of a stack is told at once, with value, limit and remedy", () => {
  const values = stackValues("dev", {
    gatewayId: "App!",
    accountId: undefined,
    logs: { colect: "full", maxEntries: 5000, whenFull: "deleteOldest" },
    rateLimt: {},
    worker: { name: "w", models: [], access: "token" },
    callers: [],
  });

  expect(problemsOf(values)).toEqual([
    'gatewayId is "App!"; allowed is 1 to 64 of a-z, 0-9, _ and single - (https://developers.cloudflare.com/ai-gateway/reference/limits/)',
    "accountId is missing; set it to 32 hexadecimal characters, lower case, or set CLOUDFLARE_ACCOUNT_ID in the environment",
    "logs.collect is missing; set it to full, metadata, or none",
    "logs.maxEntries is 5000; allowed is a whole number from 10000 to 10000000 (https://developers.cloudflare.com/ai-gateway/reference/limits/)",
    "logs.colect is not a setting; did you mean collect?",
    "worker.models is a list of 0; allowed is a list of 1 to 50 items",
    "rateLimt is not a setting; did you mean rateLimit?",
  ]);
});

test.each([
  ["s1", "S1"],
  ["bodies-in-prod", "bodies-in-production"],
  ["maxEntires", "maxEntries"],
  ["apiKey", undefined],
  ["x", undefined],
])("%s was meant to be %s", (name, meant) => {
  const known = ["tier", "P1", "S1", "maxEntries", "bodies-in-a-copy", "bodies-in-production"];

  expect(nearestName(name, known)).toBe(meant);
});

test("the text of all problems names the stack and their number", () => {
  const problems = [{ path: "logs.collect", message: "is missing; set it to full" }];

  expect(formatProblems("dev", problems)).toBe(
    "stack dev has 1 problem:\n  ai-gateway:logs.collect is missing; set it to full",
  );
  expect(formatProblems("dev", [...problems, { path: "", message: "the file is wet" }])).toBe(
    "stack dev has 2 problems:\n  ai-gateway:logs.collect is missing; set it to full\n  the file is wet",
  );
});

test("a setting of one log system cannot be written for the other", () => {
  const problems = problemsOf(stackValues("dev", { logSystem: "observability" }));

  expect(problems).toEqual([
    "logs.maxEntries has no effect with logSystem observability; remove it, or set logSystem to legacy",
    "logs.whenFull has no effect with logSystem observability; remove it, or set logSystem to legacy",
  ]);
});

test("a stack on Workers Observability says only what is collected", () => {
  const parsed = parseSettings(
    stackValues("dev", { logSystem: "observability", logs: { collect: "none" } }),
  );

  expect(parsed).toMatchObject({
    ok: true,
    settings: { logs: { system: "observability", collect: "none" } },
  });
});

test("a wrong log system is told beside every other problem", () => {
  const problems = problemsOf(stackValues("dev", { logSystem: "new", tier: "staging" }));

  expect(problems).toEqual([
    'tier is "staging"; allowed is development or production',
    'logSystem is "new"; allowed is legacy or observability (https://developers.cloudflare.com/ai-gateway/observability/logging/)',
  ]);
});

test("a number in quotes is told to lose them", () => {
  const problems = problemsOf(
    stackValues("dev", { logs: { collect: "full", maxEntries: "20000", whenFull: "stop" } }),
  );

  expect(problems).toEqual([
    'logs.maxEntries is "20000"; allowed is a whole number from 10000 to 10000000 (https://developers.cloudflare.com/ai-gateway/reference/limits/); write it without quotes',
  ]);
});

test("a word that is not a boolean is no matter of quotes, and nothing is called empty", () => {
  const problems = problemsOf(stackValues("dev", { protect: "yes", cache: "", retry: null }));

  expect(problems).toEqual([
    'protect is "yes"; allowed is true or false',
    "cache is empty; set it to a group of ttlSeconds",
    "retry is empty; set it to a group of maxAttempts, delayMs, backoff",
  ]);
});

test("guardrails that look for nothing are refused", () => {
  expect(problemsOf(stackValues("dev", { guardrails: { prompt: {} } }))).toEqual([
    "guardrails is a group of settings; allowed is a group of prompt and response, with at least one hazard between them (https://developers.cloudflare.com/ai-gateway/features/guardrails/usage-considerations/)",
  ]);
});

test("quotes are blamed only where the value in them is the right one", () => {
  const changes = { accountId: "123", protect: "untrue", zdr: "trueish" };

  expect(problemsOf(stackValues("dev", changes))).toEqual([
    "accountId has a value that is not allowed; allowed is 32 hexadecimal characters, lower case",
    'protect is "untrue"; allowed is true or false',
    'zdr is "trueish"; allowed is true or false (https://developers.cloudflare.com/ai-gateway/features/unified-billing/)',
  ]);
  expect(problemsOf(stackValues("dev", { accountId: "true" }))).toEqual([
    "accountId has a value that is not allowed; allowed is 32 hexadecimal characters, lower case",
  ]);
});

test("a list of secrets that is too long is told by its length", () => {
  const callers = Array.from({ length: 101 }, (_, index) => ({
    name: "web",
    sha256: String(index).padStart(64, "a"),
  }));

  expect(problemsOf(stackValues("dev", { callers }))).toEqual([
    "callers is a list of 101; allowed is a list of 0 to 100 items",
  ]);
});

test("a fallback that nobody may ask for is refused", () => {
  const worker = { name: "w", models: ["@cf/a/b"], fallbacks: ["@cf/c/d"] };

  expect(problemsOf(stackValues("dev", { worker }))).toEqual([
    'worker.fallbacks[0] is "@cf/c/d"; allowed is one of worker.models',
  ]);
});

test("a reference to a model that is a group of settings is reported once", () => {
  const model = { id: "@cf/a/b" };
  const worker = { name: "w", models: [model], fallbacks: [model] };
  const callers = [{ name: "web", sha256: "ab".repeat(32), models: [model] }];

  expect(problemsOf(stackValues("dev", { worker, callers }))).toEqual([
    expect.stringContaining("worker.fallbacks[0] is a group of settings; allowed is a Workers AI"),
    expect.stringContaining("callers[0].models[0] is a group of settings; allowed is "),
  ]);
});

test("items that say no name are not called the same", () => {
  const readers = [{ kind: "ci" }, { kind: "ci" }];

  expect(problemsOf(stackValues("dev", { readers }))).toEqual([
    "readers[0].name is missing; set it to 1 to 32 of a-z, 0-9 and -, not at either end",
    "readers[1].name is missing; set it to 1 to 32 of a-z, 0-9 and -, not at either end",
  ]);
});

test("a time stamp within a text stays as it is written", () => {
  const reasons = ["since 2026-12-31 00:00:00 +0000 UTC", "2026-12-31 00:00:00 +0000 UTC at last"];
  const waivers = reasons.map((reason, index) => ({
    rule: `rule-${index}`,
    reason,
    until: "2026-12-31 00:00:00 +0000 UTC",
  }));

  expect(parseSettings(stackValues("dev", { waivers }))).toMatchObject({
    ok: true,
    settings: {
      waivers: [
        { reason: "since 2026-12-31 00:00:00 +0000 UTC", until: "2026-12-31" },
        { reason: "2026-12-31 00:00:00 +0000 UTC at last", until: "2026-12-31" },
      ],
    },
  });
});

test("names that every object inherits are no settings", () => {
  const problems = problemsOf({ ...stackValues("dev"), constructor: "1", ["__proto__x"]: "1" });

  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain("constructor is not a setting");
});

test("no stack makes the check throw, and no accepted stack leaves the platform's ranges", () => {
  const junk = fc.dictionary(
    fc.constantFrom("gatewayId", "logs", "cache", "retry", "rateLimit", "worker", "callers", "x"),
    fc.oneof(fc.string(), fc.json()),
  );
  const retry = fc.record({
    maxAttempts: fc.integer({ min: -1, max: 7 }),
    delayMs: fc.integer({ min: 0, max: 6000 }),
    backoff: fc.constantFrom("constant", "linear", "exponential"),
  });
  const logs = fc.record({
    collect: fc.constantFrom("full", "metadata", "none"),
    maxEntries: fc.integer({ min: 9_990, max: 10_000_010 }),
    whenFull: fc.constantFrom("deleteOldest", "stop"),
  });

  fc.assert(
    fc.property(junk, (values) => {
      expect(problemsOf(stackValues("dev", values)).length).toBeGreaterThanOrEqual(0);
    }),
    runs(100, 5000),
  );
  fc.assert(
    fc.property(retry, logs, (retryGroup, logsGroup) => {
      const parsed = parseSettings(stackValues("dev", { retry: retryGroup, logs: logsGroup }));
      const isInside =
        retryGroup.maxAttempts >= 1 &&
        retryGroup.maxAttempts <= 5 &&
        retryGroup.delayMs >= 100 &&
        retryGroup.delayMs <= 5000 &&
        logsGroup.maxEntries >= 10_000 &&
        logsGroup.maxEntries <= 10_000_000;
      expect(parsed.ok).toBe(isInside);
    }),
    runs(100, 5000),
  );
});
