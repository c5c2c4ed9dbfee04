/** In which format a model is asked: by the table, by what the stack declares, or by the request. */
import { expect, test } from "vitest";

import { formatOfRequest, withDeclaredFormats } from "../../local/gateway/model.ts";

const STORE = { store: false };

test.each<[string, unknown, string]>([
  ["@cf/meta/x", {}, "workers-ai"],
  ["@cf/meta/x", STORE, "workers-ai"],
  ["@cf/openai/gpt-oss-120b", {}, "workers-ai"],
  ["@cf/openai/gpt-oss-120b", STORE, "responses"],
  ["openai/gpt-4o", STORE, "chat"],
  ["openai/gpt-5.6-terra", {}, "responses"],
  ["anthropic/claude-sonnet-5", STORE, "messages"],
  ["acme/new", {}, "chat"],
  ["acme/new", STORE, "responses"],
  ["acme/new", null, "chat"],
  ["acme/new", undefined, "chat"],
  ["acme/new", "store", "chat"],
])("%s with %j is asked in the format %s", (name, inputs, format) => {
  expect(formatOfRequest(name, inputs)).toBe(format);
});

test.each([
  ["acme/new", undefined, "messages"],
  ["acme/other", undefined, "responses"],
  ["acme/new", "chat", "chat"],
  ["acme/undeclared", undefined, undefined],
  ["openai/gpt-4o", undefined, undefined],
] as const)(
  "%s, which the way in asks in %s, reaches its model with the format %s",
  async (name, format, asked) => {
    const declared = [
      { id: "acme/new", speaks: "messages" },
      { id: "acme/other", speaks: "responses" },
      { id: "openai/gpt-4o", speaks: "messages" },
    ];
    const seen: unknown[] = [];
    const model = withDeclaredFormats(
      async (...given) => {
        seen.push(given);
        return { status: 200, body: "{}" };
      },
      () => JSON.stringify(declared),
    );

    const answer = await model(name, { a: 1 }, format);

    expect(answer).toEqual({ status: 200, body: "{}" });
    expect(seen).toEqual([[name, { a: 1 }, asked]]);
  },
);
