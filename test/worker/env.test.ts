import { expect, test } from "vitest";

import { BindingError } from "../../worker/bindings.ts";
import { checkEnv, limitOf } from "../../worker/chat/env.ts";

const complete = {
  AI: { run: () => undefined },
  GATEWAY_ID: "app-test",
  COLLECT_LOGS: "full",
  MODELS: '[{"id":"@cf/a/b","speaks":"workers-ai"}]',
  ALLOW: "[]",
  ACCESS: "token",
  CALLERS: '[{"name":"web","sha256":"00"}]',
  ORIGINS: "[]",
  FALLBACKS: "[]",
  TIMEOUT_MS: "1000",
  IDLE_MS: "500",
  MAX_BODY_BYTES: "2000",
  STACK: "test",
  RELEASE: "abc123",
};

test("complete bindings are read into what the code relies on", () => {
  expect(checkEnv(complete)).toMatchObject({
    GATEWAY_ID: "app-test",
    MODELS: [{ id: "@cf/a/b", speaks: "workers-ai" }],
    ALLOW: [],
    CALLERS: [{ name: "web", sha256: "00" }],
    MAX_BODY_BYTES: 2000,
  });
});

test("bindings are checked once for each deploy", () => {
  expect(checkEnv(complete)).toBe(checkEnv(complete));
});

test.each(Object.keys(complete))("without %s the Worker does not run", (name) => {
  for (const value of [undefined, "", "  "]) {
    const bindings = { ...complete, [name]: value };
    expect(() => checkEnv(bindings)).toThrow(`unusable bindings: ${name};`);
  }
});

const caller = (limit: string) => JSON.stringify([{ name: "web", sha256: "00", limit }]);

test.each([
  ["AI", null],
  ["CALLER_LIMIT", null],
  ["CALLER_LIMIT", "60"],
  ["CALLER_PERIOD_SECONDS", "30"],
  ["CALLERS", caller("AI")],
  ["CALLERS", caller("xCALLER_LIMIT_5_PER_10S")],
  ["CALLERS", caller("CALLER_LIMIT_5_PER_10Sx")],
  ["CALLERS", caller("CALLER_LIMIT_x_PER_10S")],
  ["CALLERS", caller("CALLER_LIMIT_5_PER_xS")],
  ["CLOUDFLARE_ACCESS", '{"team":"acme"}'],
  ["CLOUDFLARE_ACCESS", '{"audience":"00"}'],
  ["TRACES", '{"url":"https://otel.test"}'],
  ["METRICS", null],
  ["METRICS", "points"],
  ["METRICS_COLUMNS", '{"blobs":["prompt"],"doubles":[]}'],
  ["METRICS_COLUMNS", '{"blobs":[],"doubles":["cost"]}'],
  ["METRICS_COLUMNS", '{"blobs":[]}'],
  ["MODELS", '[{"id":"a/b","speaks":"chat","stream":"fast"}]'],
  ["COLLECT_LOGS", "sometimes"],
  ["MODELS", "[]"],
  ["MODELS", '[{"id":"","speaks":"chat"}]'],
  ["MODELS", '[{"id":"openai/x","speaks":"soap"}]'],
  ["MODELS", "@cf/a/b"],
  ["ACCESS", "none"],
  ["CALLERS", '[{"name":"web"}]'],
  ["CALLERS", "secret-that-must-not-show"],
  ["MAX_BODY_BYTES", "0"],
  ["MAX_BODY_BYTES", "1e99"],
])("%s of %j is named, and its value is not", (name, value) => {
  const act = () => checkEnv({ ...complete, [name]: value });

  expect(act).toThrow(BindingError);
  expect(act).toThrow(
    `Worker has missing or unusable bindings: ${name}; infra/chat-worker.ts declares them, deploy the stack again`,
  );
});

const counter = { limit: async () => ({ success: true }) };
const OWN = "CALLER_LIMIT_500_PER_10S";

test("a caller's own limit must be bound, and counts its calls for its own period", () => {
  const bindings = { ...complete, CALLERS: caller(OWN), CALLER_LIMIT: { ...counter } };
  const env = checkEnv({ ...bindings, [OWN]: counter });

  expect(limitOf(env, env.CALLERS[0] ?? {})).toEqual({ counter, periodSeconds: 10 });
  expect(limitOf(env, env.CALLERS[0] ?? {})?.counter).toBe(counter);
  for (const bound of [undefined, null, "x"]) {
    expect(() => checkEnv({ ...bindings, [OWN]: bound })).toThrow(`unusable bindings: ${OWN};`);
  }
});

test.each([
  [{}, undefined],
  [
    { CALLER_LIMIT: counter, CALLER_PERIOD_SECONDS: "10" },
    { counter, periodSeconds: 10 },
  ],
  // The longest that the platform has.
  [{ CALLER_LIMIT: counter }, { counter, periodSeconds: 60 }],
])("a caller without a limit of its own has the stack's: %j", (bindings, limit) => {
  expect(limitOf(checkEnv({ ...complete, ...bindings }), {})).toEqual(limit);
});
