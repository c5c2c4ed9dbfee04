/** What callers of Anthropic's Messages get as a stream. Anthropic's own SDK is the judge. */
import { expect, test } from "vitest";

import type { Part } from "../../../worker/chat/formats/conversation.ts";
import { MessagesWriter } from "../../../worker/chat/formats/anthropic-messages/stream-writer.ts";
import { eventsOf, finalMessage, HEAD, read, write } from "../../support/messages.ts";

const USAGE = { input: 10, output: 4, total: 14, cached: 6, cacheWritten: 1, reasoning: 2 };
const call = (index: number): Part => ({ type: "call", index, id: `call_${index}`, name: "look" });
const input = (index: number, text: string): Part => ({ type: "input", index, text });
const text = (value: string): Part => ({ type: "text", text: value });
const end: Part = { type: "end", reason: "stop" };

test("a text comes as the events that the form names, in their order", () => {
  const events = eventsOf(write(text("Good "), text("day"), end));

  expect(events.map(({ type }) => type)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("each event is named in its event field and in its data", () => {
  const names = [...write(text("Hi"), end).matchAll(/^event: (.*)$/gm)].map(([, name]) => name);

  expect(eventsOf(write(text("Hi"), end)).map(({ type }) => type)).toEqual(names);
});

test("the SDK gathers a text, its end and its counts", async () => {
  const message = await finalMessage(
    write(text("Good "), text("day"), { type: "usage", usage: USAGE }, end),
  );

  expect(message).toMatchObject({
    id: "msg_01a2051e6c377b96816ad925c0c54c43",
    role: "assistant",
    model: "@cf/new/model",
    content: [{ type: "text", text: "Good day" }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 3,
      cache_read_input_tokens: 6,
      cache_creation_input_tokens: 1,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 2 },
    },
  });
});

test("the counts of the first event are 0, for they are not known yet", () => {
  const [start] = eventsOf(write(text("Hi"), end));

  expect(start).toMatchObject({ message: { usage: { input_tokens: 0, output_tokens: 0 } } });
});

test.each([
  ["stop", "end_turn"],
  ["length", "max_tokens"],
  ["tool_calls", "tool_use"],
  ["content_filter", "refusal"],
] as const)("an answer that ends for %s stops with %s", async (reason, stopReason) => {
  const message = await finalMessage(write(text("Hi"), { type: "end", reason }));

  expect(message.stop_reason).toBe(stopReason);
});

test("what a model says in refusing is a text, and the stop is a refusal", async () => {
  const message = await finalMessage(write({ type: "refusal", text: "I can't" }, end));

  expect(message).toMatchObject({
    content: [{ type: "text", text: "I can't" }],
    stop_reason: "refusal",
    stop_details: { type: "refusal" },
  });
});

test("calls that follow each other are blocks that follow each other", async () => {
  const message = await finalMessage(
    write(
      text("Let me look"),
      call(0),
      input(0, '{"city":'),
      input(0, '"Rome"}'),
      call(1),
      input(1, "{}"),
      { type: "end", reason: "tool_calls" },
    ),
  );

  expect(message.stop_reason).toBe("tool_use");
  expect(message.content).toEqual([
    { type: "text", text: "Let me look", citations: null },
    { type: "tool_use", id: "call_0", name: "look", input: { city: "Rome" } },
    { type: "tool_use", id: "call_1", name: "look", input: {} },
  ]);
});

test("calls that interleave are held back, and no two blocks are open at once", async () => {
  const stream = write(
    call(0),
    call(1),
    input(0, '{"city":'),
    input(1, '{"city":"O'),
    input(0, '"Rome"}'),
    input(1, 'slo"}'),
    { type: "end", reason: "tool_calls" },
  );

  const open = eventsOf(stream).reduce<number[]>((counts, { type }) => {
    const change = { content_block_start: 1, content_block_stop: -1 }[String(type)] ?? 0;
    return [...counts, (counts.at(-1) ?? 0) + change];
  }, []);
  expect(Math.max(...open)).toBe(1);
  expect((await finalMessage(stream)).content).toMatchObject([
    { id: "call_0", input: { city: "Rome" } },
    { id: "call_1", input: { city: "Oslo" } },
  ]);
});

test("a call waits no longer than until the one before is whole", () => {
  const writer = new MessagesWriter(HEAD);
  writer.begin();
  const parts = [call(0), call(1), input(1, '{"a":1}'), input(0, '{"b":'), input(0, "2}")];
  const written = parts.map((part) => eventsOf(writer.write(part)).map(({ index }) => index));

  expect(written).toEqual([[0], [], [], [0], [0, 0, 1, 1]]);
});

test("a call without arguments gets an empty object", async () => {
  const message = await finalMessage(write(call(0), call(1), text("Both"), end));

  expect(message.content).toMatchObject([
    { type: "tool_use", input: {} },
    { type: "tool_use", input: {} },
    { type: "text", text: "Both" },
  ]);
});

test("thinking has the proof of the model that thought as its signature", async () => {
  const message = await finalMessage(
    write(
      { type: "reasoning", text: "Hm" },
      { type: "opaque", opaque: "aigw1.proof" },
      text("Yes"),
      end,
    ),
  );

  expect(message.content).toMatchObject([
    { type: "thinking", thinking: "Hm", signature: "aigw1.proof" },
    { type: "text", text: "Yes" },
  ]);
});

test("a proof without a text stands for thinking that is not shown", async () => {
  const message = await finalMessage(write({ type: "opaque", opaque: "aigw1.proof" }, end));

  expect(message.content).toEqual([{ type: "redacted_thinking", data: "aigw1.proof" }]);
});

test("thinking comes back from a client's history with its proof", async () => {
  const proof = { type: "opaque", opaque: "aigw1.proof" } as const;
  const { content } = await finalMessage(
    write({ type: "reasoning", text: "Hm" }, proof, text("Yes"), end),
  );

  const { messages } = read({ messages: [{ role: "assistant", content }] }).conversation;

  expect(messages).toMatchObject([
    {
      content: [
        { type: "reasoning", text: "Hm", opaque: "aigw1.proof" },
        { type: "text", text: "Yes" },
      ],
    },
  ]);
});

test("an error in the stream is raised by the SDK, with its type and the request's id", async () => {
  const writer = new MessagesWriter(HEAD);
  const broken =
    writer.begin() +
    writer.write(text("Good")) +
    writer.fail({ status: 502, code: "upstream_cut", message: "the model's answer broke off" });

  await expect(finalMessage(broken)).rejects.toMatchObject({
    type: "api_error",
    errorCode: "upstream_cut",
    apiMessage: "the model's answer broke off",
    error: { type: "error", request_id: HEAD.eventId },
  });
});

test("a stream that ends early is an answer to nobody", async () => {
  const writer = new MessagesWriter(HEAD);

  await expect(finalMessage(writer.begin() + writer.write(text("Good")))).rejects.toThrow(
    "stream ended",
  );
});

test("an answer that nothing is in is a message without content", async () => {
  expect((await finalMessage(write(end))).content).toEqual([]);
});
