/** What streams hold, in each form: their events, in the order that its API documents. */
import { expect, test } from "vitest";

import { askModel, streamModel } from "../../support/local-model.ts";

const CHAT = "openai/gpt-4o";
const RESPONSES = "openai/gpt-5.6-terra";
const MESSAGES = "anthropic/claude-sonnet-5";
const HELLO = [{ role: "user", content: "Hello" }];

test("calls of functions and of custom tools stand beside no text, whole and streamed", async () => {
  const tool = { type: "function", function: { name: "tide" } };
  const custom = { type: "custom", custom: { name: "patch" } };
  const messages = [{ role: "user", content: 'tide {"at":1} patch *** Begin' }];
  const inputs = { messages, tools: [tool, custom] };
  const tide = { id: expect.stringMatching(/^call_/), type: "function" };
  const patch = { id: expect.stringMatching(/^call_/), type: "custom" };

  expect((await askModel(CHAT, inputs)).body).toMatchObject({
    choices: [
      {
        message: {
          content: null,
          tool_calls: [
            { ...tide, function: { name: "tide", arguments: '{"at":1}' } },
            { ...patch, custom: { name: "patch", input: "*** Begin" } },
          ],
        },
        finish_reason: "tool_calls",
      },
    ],
  });
  const call = (index: number, part: object) => ({ tool_calls: [{ index, ...part }] });
  expect(deltasOf(await streamModel(CHAT, inputs))).toEqual([
    { role: "assistant", content: null, refusal: null },
    call(0, { ...tide, function: { name: "tide", arguments: "" } }),
    call(0, { function: { arguments: '{"at":1' } }),
    call(0, { function: { arguments: "}" } }),
    call(1, { ...patch, custom: { name: "patch", input: "" } }),
    call(1, { custom: { input: "*** Beg" } }),
    call(1, { custom: { input: "in" } }),
    {},
  ]);
});

test.each([
  [undefined, [false, false], 0],
  [{ include_usage: false }, [false, false], 0],
  // The chunks before it have null, as documented.
  [{ include_usage: true }, [true, true], 1],
])("a stream with the options %j has its usage in a chunk of its own", async (...row) => {
  const [stream_options, hasNull, count] = row;
  const chunks = (await streamModel(CHAT, { messages: HELLO, stream_options })).map((chunk) =>
    Object(chunk),
  );

  const texts = chunks.filter(({ choices }) => choices.length > 0);
  expect([texts[0].usage === null, texts.at(-1).usage === null]).toEqual(hasNull);
  expect(texts.at(-1).choices[0]).toEqual({ index: 0, delta: {}, finish_reason: "stop" });
  expect(deltasOf(chunks)[0]).toEqual({ role: "assistant", content: "", refusal: null });
  expect(chunks.slice(texts.length)).toEqual(
    Array.from({ length: count }, () => ({
      id: texts[0].id,
      object: "chat.completion.chunk",
      created: expect.closeTo(Date.now() / 1000, -2),
      model: CHAT,
      choices: [],
      usage: expect.objectContaining({ prompt_tokens: 2 }),
    })),
  );
});

test("a stream begins with a message without content and a ping, and a call's input with an empty piece", async () => {
  const inputs = {
    thinking: { type: "enabled", budget_tokens: 1024 },
    max_tokens: 2000,
    messages: [{ role: "user", content: 'tide {"at":1}' }],
    tools: [{ name: "tide", input_schema: { type: "object" } }],
  };

  const events = await streamModel(MESSAGES, inputs);

  const delta = (partial_json: string) => ({
    type: "content_block_delta",
    index: 1,
    delta: { type: "input_json_delta", partial_json },
  });
  expect(events[0]).toMatchObject({
    type: "message_start",
    message: { content: [], stop_reason: null, usage: { input_tokens: 4, output_tokens: 1 } },
  });
  expect(events.slice(1, 3)).toEqual([
    { type: "ping" },
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "thinking", thinking: "", signature: "" },
    },
  ]);
  expect(events.slice(-8)).toEqual([
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: {
        type: "tool_use",
        id: expect.stringMatching(/^toolu_/),
        name: "tide",
        input: {},
        caller: { type: "direct" },
      },
    },
    delta(""),
    delta('{"at":1'),
    delta("}"),
    { type: "content_block_stop", index: 1 },
    expect.objectContaining({ type: "message_delta" }),
    { type: "message_stop" },
  ]);
  expect((await streamModel(MESSAGES, { messages: HELLO, max_tokens: 9 }))[2]).toEqual({
    type: "content_block_start",
    index: 0,
    content_block: { type: "text", text: "", citations: null },
  });
});

// https://platform.openai.com/docs/api-reference/responses-streaming
test("a stream begins each item empty, ends it whole, and repeats the answer at its end", async () => {
  const tools = [
    { type: "function", name: "tide", parameters: {} },
    { type: "custom", name: "patch" },
  ];
  const reasoning = { effort: "low", summary: "auto" };
  const inputs = { input: 'tide {"at":1} patch *** Begin', tools, reasoning };
  const whole = Object((await askModel(RESPONSES, inputs)).body);

  const events = (await streamModel(RESPONSES, inputs)).map(Object);

  const [thought, tide, patch] = whole.output;
  const isPiece = (type: string) => type.endsWith(".delta");
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
  const told = events
    .filter(({ type }) => !isPiece(type))
    .map(({ sequence_number: _, ...event }) => event);
  const { completed_at: __, usage: ___, ...head } = whole;
  const begun = { ...head, created_at: expect.any(Number), status: "in_progress", output: [] };
  const [part] = thought.summary;
  const of = (item: { readonly id: string }) => ({
    item_id: item.id,
    output_index: whole.output.indexOf(item),
  });
  const kind = "response.reasoning_summary";
  expect(told).toEqual([
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    { type: "response.output_item.added", output_index: 0, item: { ...thought, summary: [] } },
    { type: `${kind}_part.added`, ...of(thought), summary_index: 0, part: { ...part, text: "" } },
    { type: `${kind}_text.done`, ...of(thought), summary_index: 0, text: part.text },
    { type: `${kind}_part.done`, ...of(thought), summary_index: 0, part },
    { type: "response.output_item.done", output_index: 0, item: thought },
    {
      type: "response.output_item.added",
      output_index: 1,
      item: { ...tide, status: "in_progress", arguments: "" },
    },
    { type: "response.function_call_arguments.done", ...of(tide), arguments: '{"at":1}' },
    { type: "response.output_item.done", output_index: 1, item: tide },
    { type: "response.output_item.added", output_index: 2, item: { ...patch, input: "" } },
    { type: "response.custom_tool_call_input.done", ...of(patch), input: "*** Begin" },
    { type: "response.output_item.done", output_index: 2, item: patch },
    {
      type: "response.completed",
      response: {
        ...whole,
        created_at: expect.any(Number),
        completed_at: expect.any(Number),
      },
    },
  ]);
  const pieces = events.filter(({ type }) => isPiece(type));
  const joined = (id: string) =>
    pieces
      .filter(({ item_id }) => item_id === id)
      .map(({ delta }) => delta)
      .join("");
  expect([thought, tide, patch].map(({ id }) => joined(id))).toEqual([
    part.text,
    '{"at":1}',
    "*** Begin",
  ]);
});

test("a stream's message begins without text, and one over the limit ends as incomplete", async () => {
  const events = (await streamModel(RESPONSES, { input: "Hello", max_output_tokens: 16 })).map(
    Object,
  );

  const item = { type: "message", role: "assistant", id: expect.stringMatching(/^msg_/) };
  const part = { type: "output_text", annotations: [], logprobs: [] };
  const text = "This is the local model, standing in for openai/gpt-5.6-terra. Y";
  expect(events.slice(2, 5)).toMatchObject([
    { type: "response.output_item.added", item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", content_index: 0, part: { ...part, text: "" } },
    { type: "response.output_text.delta", content_index: 0, delta: "This ", logprobs: [] },
  ]);
  expect(events[2].item.content).toEqual([]);
  expect(events.slice(-4)).toMatchObject([
    { type: "response.output_text.done", content_index: 0, text, logprobs: [] },
    { type: "response.content_part.done", content_index: 0, part: { ...part, text } },
    { type: "response.output_item.done", item: { ...item, status: "incomplete" } },
    { type: "response.incomplete", response: { status: "incomplete", completed_at: null } },
  ]);
  expect(events.at(-4).logprobs).toEqual([]);
});

function deltasOf(chunks: readonly unknown[]): readonly unknown[] {
  const choices: readonly { readonly delta: unknown }[] = chunks.flatMap(
    (chunk) => Object(chunk).choices,
  );
  return choices.map(({ delta }) => delta);
}
