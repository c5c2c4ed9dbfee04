import { expect, test } from "vitest";

import { localModel } from "../../local/gateway/local-model/local-model.ts";
import { readTokens } from "../../local/gateway/tokens.ts";

const messages = [{ role: "user", content: "Hello, model" }];

test.each([
  ["@cf/meta/x", { messages }],
  ["@cf/openai/x", { messages }],
  ["openai/gpt-4o", { messages, stream_options: { include_usage: true } }],
  ["openai/gpt-5.6-terra", { input: "Hello, model" }],
  ["anthropic/claude-sonnet-5", { messages, max_tokens: 100 }],
])("the tokens of an answer of %s are counted, whole or streamed", async (model, inputs) => {
  const whole = await localModel(model, inputs);
  const { pieces = [] } = await localModel(model, { ...inputs, stream: true });
  const streamed = (await Array.fromAsync(pieces)).join("");

  const counted = readTokens(whole.body);
  expect(counted).toEqual({ tokensIn: 3, tokensOut: expect.any(Number) });
  expect(readTokens(streamed)).toEqual(counted);
});

test("a message's input is counted at its start, its output at its end", () => {
  const start = {
    type: "message_start",
    message: { usage: { input_tokens: 5, output_tokens: 1 } },
  };
  const end = { type: "message_delta", usage: { output_tokens: 7 } };
  const stream = [start, end]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");

  expect(readTokens(stream)).toEqual({ tokensIn: 5, tokensOut: 7 });
});

test("tokens read from a cache or written to it are input", () => {
  const usage = {
    input_tokens: 1,
    cache_read_input_tokens: 20,
    cache_creation_input_tokens: 300,
    output_tokens: 4,
  };

  expect(readTokens(JSON.stringify({ usage }))).toEqual({ tokensIn: 321, tokensOut: 4 });
});

test.each(["", "[]", "null", '{"usage":null}', '{"usage":{"input_tokens":1}}', "data: {\n\n"])(
  "%j has no counts",
  (body) => {
    expect(readTokens(body)).toEqual({});
  },
);
