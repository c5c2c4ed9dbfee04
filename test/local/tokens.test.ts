/** What is read of answers in every form: their tokens, what those cost, and a stream's text. */
import { expect, test } from "vitest";

import { costOf } from "../../local/gateway/cost.ts";
import { localModel } from "../../local/gateway/local-model/local-model.ts";
import { streamText } from "../../local/gateway/stream-text.ts";
import { readTokens } from "../../local/gateway/tokens.ts";

const messages = [{ role: "user", content: "Hello, model" }];

test.each([
  ["@cf/meta/x", { messages }],
  ["@cf/openai/x", { messages }],
  ["openai/gpt-4o", { messages, stream_options: { include_usage: true } }],
  ["openai/gpt-5.6-terra", { input: "Hello, model" }],
  ["anthropic/claude-sonnet-5", { messages, max_tokens: 100 }],
])(
  "the tokens and the text of an answer of %s are read, whole or streamed",
  async (model, inputs) => {
    const whole = await localModel(model, inputs);
    const { pieces = [] } = await localModel(model, { ...inputs, stream: true });
    const streamed = (await Array.fromAsync(pieces)).join("");

    const counted = readTokens(whole.body);
    expect(counted).toEqual({ tokensIn: 3, tokensOut: expect.any(Number) });
    expect(readTokens(streamed)).toEqual(counted);
    expect(streamText(streamed)).toMatch(/^This is the local model.* You said: Hello, model$/);
    expect(streamText(whole.body)).toBeUndefined();
  },
);

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

test("a count stays where a later event lacks it, and a stream may begin with a comment", () => {
  const stream = [
    ": keep-alive",
    'data: {"usage":{"prompt_tokens":5,"completion_tokens":7}}',
    'data: {"usage":{"prompt_tokens":6}}',
    'data: {"usage":null}',
  ].join("\n\n");

  expect(readTokens(stream)).toEqual({ tokensIn: 6, tokensOut: 7 });
});

test.each([
  "",
  "[]",
  "null",
  '{"usage":null}',
  '{"usage":{"input_tokens":1}}',
  '{"usage":{"output_tokens":1}}',
  "data: {\n\n",
  // Nothing but data counts.
  'data: {}\nevent{"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n',
])("%j has no counts, and no text", (body) => {
  expect(readTokens(body)).toEqual({});
  expect(streamText(body)).toBeUndefined();
});

test("a stream's text is that of its first choice, without calls, thoughts and events of no form", () => {
  const events = [
    { choices: [] },
    { choices: [{ delta: { content: "a" } }, { delta: { content: "other" } }] },
    { choices: [{ delta: { content: null, reasoning_content: "thought" } }] },
    { choices: [{ delta: { tool_calls: [{ function: { arguments: "{}" } }] } }] },
    { type: "response.reasoning_summary_text.delta", delta: "thought" },
    { type: "response.output_text.delta", delta: "b" },
    { type: "content_block_delta", delta: { type: "thinking_delta", thinking: "thought" } },
    { type: "content_block_delta", delta: { type: "text_delta", text: "c" } },
    { type: "other", delta: { text: "other" } },
    { response: 4 },
    { response: "d" },
  ];

  const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

  expect(streamText(stream)).toBe("abcd");
});

test.each<[object, object, number | undefined]>([
  [{ tokensIn: 1e6, tokensOut: 1e6 }, {}, 0.75],
  [{ tokensIn: 2, tokensOut: 3 }, { per_token_in: 5 }, 10 + 3 * 0.6e-6],
  [{ tokensIn: 2, tokensOut: 3 }, { per_token_in: 5, per_token_out: 7 }, 31],
  [{}, { total_cost: 4 }, 4],
  [{ tokensIn: 2 }, {}, undefined],
  [{ tokensOut: 3 }, {}, undefined],
  [{ tokensIn: 2, tokensOut: 3, status: 400 }, { total_cost: 4 }, undefined],
  [{ tokensIn: 2, tokensOut: 3, cached: true }, { total_cost: 4 }, 0],
])("an answer with %j at the prices %j costs %d", (counted, customCost, cost) => {
  const answer = { status: 200, cached: false, ...counted };

  expect(costOf(answer, { customCost })).toBe(cost);
});
