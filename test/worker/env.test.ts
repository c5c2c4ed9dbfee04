import { expect, test } from "vitest";

import { BindingError } from "../../worker/bindings.ts";
import { checkEnv } from "../../worker/chat/env.ts";

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

test.each(Object.keys(complete))("without %s the Worker does not run", (name) => {
  for (const value of [undefined, "", "  "]) {
    const bindings = { ...complete, [name]: value };
    expect(() => checkEnv(bindings)).toThrow(`unusable bindings: ${name};`);
  }
});

test.each([
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
