import { APIError } from "openai";
import { expect, test } from "vitest";

import type { Answer, Part } from "../../../worker/chat/formats/conversation.ts";
import { responsesCaller } from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import {
  eventsOf,
  finalResponse,
  headOf,
  streamAnswerOf,
  streamOf,
} from "../../support/responses.ts";

const END: Part = { type: "end", reason: "stop" };
const ANSWER: Answer = {
  content: [
    { type: "reasoning", text: "Hm.", opaque: "aigw1.AAAA" },
    { type: "text", text: "Hello." },
    { type: "refusal", text: "No." },
    { type: "call", id: "call_1", name: "look", input: '{"at":1}' },
    { type: "call", id: "call_2", name: "patch", input: "*** Begin", isCustom: true },
  ],
  reason: "tool_calls",
  usage: { input: 3, output: 2, total: 5, cached: 1, reasoning: 1 },
};
const OUTPUT = [
  {
    type: "reasoning",
    id: "rs_e-1_0",
    summary: [{ type: "summary_text", text: "Hm." }],
    encrypted_content: "aigw1.AAAA",
  },
  {
    type: "message",
    id: "msg_e-1_1",
    status: "completed",
    role: "assistant",
    content: [
      { type: "output_text", text: "Hello.", annotations: [], logprobs: [] },
      { type: "refusal", refusal: "No." },
    ],
  },
  {
    type: "function_call",
    id: "fc_e-1_2",
    status: "completed",
    call_id: "call_1",
    name: "look",
    arguments: '{"at":1}',
  },
  {
    type: "custom_tool_call",
    id: "ctc_e-1_3",
    status: "completed",
    call_id: "call_2",
    name: "patch",
    input: "*** Begin",
  },
];

test("a whole answer has its items, its usage and what was asked", () => {
  const head = headOf({ temperature: 0.5, metadata: { of: "a test" }, tools: [] });

  expect(responsesCaller.writeAnswer(ANSWER, head)).toMatchObject({
    id: "resp_e-1",
    object: "response",
    created_at: 7,
    model: "openai/gpt-x",
    status: "completed",
    error: null,
    incomplete_details: null,
    store: false,
    temperature: 0.5,
    metadata: { of: "a test" },
    output: OUTPUT,
    usage: {
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 1 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 5,
    },
  });
});

test("OpenAI's SDK puts a stream together as the same answer", async () => {
  const response = await finalResponse(streamAnswerOf(ANSWER));

  expect(response.output_text).toBe("Hello.");
  expect(response).toMatchObject(responsesCaller.writeAnswer(ANSWER, headOf()));
});

test("a text is streamed in the order of OpenAI's events", () => {
  const stream = streamOf([{ type: "text", text: "Hel" }, { type: "text", text: "lo" }, END]);

  expect(eventsOf(stream).map(({ type }) => type)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
});

test("events are numbered from 0, and named in both places", () => {
  const stream = streamAnswerOf(ANSWER);
  const events = eventsOf(stream);

  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(Array.from(events.keys()));
  expect(Array.from(stream.matchAll(/^event: (.*)$/gm), ([, name]) => name)).toEqual(
    events.map(({ type }) => type),
  );
});

test("every event of an item has its place, and the id that the item has", () => {
  const events = eventsOf(streamAnswerOf(ANSWER)).filter(
    ({ output_index }) => output_index !== undefined,
  );

  for (const { output_index, item, item_id } of events) {
    expect(item_id ?? Object(item).id).toBe(OUTPUT[Number(output_index)]?.id);
  }
  expect(new Set(events.map(({ output_index }) => output_index))).toEqual(new Set([0, 1, 2, 3]));
});

test("a text and a refusal are parts of one message", () => {
  const parts = eventsOf(streamAnswerOf(ANSWER)).filter(({ type }) =>
    String(type).startsWith("response.content_part"),
  );

  expect(parts.map(({ type, content_index }) => [type, content_index])).toEqual([
    ["response.content_part.added", 0],
    ["response.content_part.done", 0],
    ["response.content_part.added", 1],
    ["response.content_part.done", 1],
  ]);
});

test("reasoning is streamed as a summary, and ends with its proof", () => {
  const stream = streamOf([
    { type: "reasoning", text: "H" },
    { type: "reasoning", text: "m." },
    { type: "opaque", opaque: "aigw1.AAAA" },
    END,
  ]);

  expect(eventsOf(stream).slice(2, -1)).toMatchObject([
    { type: "response.output_item.added", item: { type: "reasoning", summary: [] } },
    { type: "response.reasoning_summary_part.added", summary_index: 0 },
    { type: "response.reasoning_summary_text.delta", delta: "H" },
    { type: "response.reasoning_summary_text.delta", delta: "m." },
    { type: "response.reasoning_summary_text.done", text: "Hm." },
    { type: "response.reasoning_summary_part.done", part: { text: "Hm." } },
    { type: "response.output_item.done", item: { encrypted_content: "aigw1.AAAA" } },
  ]);
});

test("proof of reasoning that is not shown is an item without a summary", () => {
  const answer = responsesCaller.writeAnswer(
    { content: [{ type: "reasoning", text: "", opaque: "aigw1.AAAA" }], reason: "stop" },
    headOf(),
  );

  expect(answer).toMatchObject({
    output: [{ type: "reasoning", summary: [], encrypted_content: "aigw1.AAAA" }],
  });
});

test("parallel calls follow each other where each is whole before the next", () => {
  const stream = streamOf([
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "input", index: 0, text: '{"at":1}' },
    { type: "call", index: 1, id: "call_2", name: "look" },
    { type: "input", index: 1, text: '{"at":2}' },
    { type: "end", reason: "tool_calls" },
  ]);

  expect(eventsOf(stream).slice(2, -1)).toMatchObject(
    [0, 1].flatMap((output_index) => [
      { type: "response.output_item.added", output_index },
      { type: "response.function_call_arguments.delta", output_index },
      { type: "response.function_call_arguments.done", output_index, name: "look" },
      { type: "response.output_item.done", output_index },
    ]),
  );
});

test("parallel calls whose inputs are mixed keep their own", async () => {
  const stream = streamOf([
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "input", index: 0, text: '{"at"' },
    { type: "call", index: 1, id: "call_2", name: "look" },
    { type: "input", index: 1, text: '{"at"' },
    { type: "input", index: 0, text: ":1}" },
    { type: "input", index: 1, text: ":2}" },
    { type: "end", reason: "tool_calls" },
  ]);
  const { output } = await finalResponse(stream);

  expect(output).toMatchObject([
    { call_id: "call_1", arguments: '{"at":1}' },
    { call_id: "call_2", arguments: '{"at":2}' },
  ]);
});

test("a call without arguments has none, as JSON", async () => {
  const stream = streamOf([
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "end", reason: "tool_calls" },
  ]);

  expect((await finalResponse(stream)).output).toMatchObject([{ arguments: "{}" }]);
});

test("a call of a grouped tool names its group", () => {
  const grouped = [{ type: "function", name: "spawn" }];
  const tools = [{ type: "namespace", name: "agents", description: "Agents.", tools: grouped }];
  const call = { type: "call", id: "call_1", name: "agents__spawn", input: "{}" } as const;

  expect(
    responsesCaller.writeAnswer({ content: [call], reason: "tool_calls" }, headOf({ tools })),
  ).toMatchObject({ output: [{ name: "spawn", namespace: "agents" }] });
});

test.each([
  ["length", "max_output_tokens"],
  ["content_filter", "content_filter"],
] as const)("an answer that ends by %s is incomplete", async (reason, told) => {
  const stream = streamOf([
    { type: "text", text: "Hel" },
    { type: "end", reason },
  ]);
  const response = await finalResponse(stream);

  expect(eventsOf(stream).at(-1)).toMatchObject({ type: "response.incomplete" });
  expect(response).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: told },
    output: [{ status: "incomplete", content: [{ text: "Hel" }] }],
  });
});

test("an error after the first piece is raised, and never a whole answer", async () => {
  const writer = responsesCaller.openStream(headOf());
  const stream =
    writer.begin() +
    writer.write({ type: "text", text: "Hel" }) +
    writer.fail({ status: 502, code: "upstream_cut", message: "the model's answer broke off" });

  await expect(finalResponse(stream)).rejects.toThrow(APIError);
  await expect(finalResponse(stream)).rejects.toThrow("the model's answer broke off");
  expect(eventsOf(stream).slice(-2)).toMatchObject([
    { type: "error", code: "upstream_cut", error: { code: "upstream_cut", event_id: "e-1" } },
    {
      type: "response.failed",
      response: {
        status: "failed",
        error: { code: "upstream_cut" },
        output: [{ type: "message" }],
      },
    },
  ]);
});

test("an answer without a word, and without usage, is an answer", async () => {
  const response = await finalResponse(streamOf([END]));

  expect(response).toMatchObject({ status: "completed", output: [], usage: null });
});
