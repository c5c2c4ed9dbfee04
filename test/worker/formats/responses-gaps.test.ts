/** What servers leave out of answers in OpenAI's Responses format, or vary, and what is made of it. */
import { expect, test } from "vitest";

import type { AnswerContent, Part } from "../../../worker/chat/formats/conversation.ts";
import { AnswerError } from "../../../worker/chat/formats/format.ts";
import {
  mendResponse,
  ResponsesMender,
} from "../../../worker/chat/formats/openai-responses/mend.ts";
import { namespaceOf } from "../../../worker/chat/formats/openai-responses/namespaces.ts";
import {
  responsesCaller,
  responsesModel,
} from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { readUsage, writeUsage } from "../../../worker/chat/formats/openai-responses/usage.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { modelOf } from "../../support/models.ts";
import {
  eventsOf,
  headOf,
  MODEL,
  readEvents,
  readFields,
  streamOf,
} from "../../support/responses.ts";

const NEW_ID = expect.stringMatching(/^call_[0-9a-f]{32}$/);
const read = (body: unknown) => responsesModel.readAnswer(body, MODEL);
const message = (...content: readonly unknown[]) => ({ type: "message", content });
const said = (text: unknown) => ({ type: "output_text", text });
const called = (more: object = {}) => ({
  type: "function_call",
  call_id: "c",
  name: "look",
  arguments: "{}",
  ...more,
});
const CALL = { type: "call", id: "c", name: "look" } as const;

test.each<[string, object, readonly AnswerContent[]]>([
  ["a text", message(said("a")), [{ type: "text", text: "a" }]],
  ["a text of another type", message({ type: "text", text: "a" }), [{ type: "text", text: "a" }]],
  ["a number", message(said(5)), [{ type: "text", text: "5" }]],
  ["no text", message(said(null)), [{ type: "text", text: "" }]],
  ["a refusal", message({ type: "refusal", refusal: "No" }), [{ type: "refusal", text: "No" }]],
  ["another part", message({ type: "image" }), []],
  ["a text in place of parts", { type: "message", content: "a" }, [{ type: "text", text: "a" }]],
  ["no content", { type: "message" }, []],
  ["another item", { type: "web_search_call" }, []],
  ["a call", called(), [{ ...CALL, input: "{}" }]],
  ["a call by its own id", called({ call_id: "", id: "f" }), [{ ...CALL, id: "f", input: "{}" }]],
  ["a call without ids", called({ call_id: null }), [{ ...CALL, id: "", input: "{}" }]],
  ["a call without a name", called({ name: null }), [{ ...CALL, name: "", input: "{}" }]],
  ["a grouped call", called({ namespace: "n" }), [{ ...CALL, name: "n__look", input: "{}" }]],
  ["arguments as an object", called({ arguments: { a: 1 } }), [{ ...CALL, input: '{"a":1}' }]],
  ["arguments of null", called({ arguments: null }), [{ ...CALL, input: "" }]],
  ["no arguments", called({ arguments: undefined }), [{ ...CALL, input: "" }]],
  [
    "a custom tool's call",
    called({ type: "custom_tool_call", input: "x" }),
    [{ ...CALL, isCustom: true, input: "x" }],
  ],
  [
    "a summary",
    {
      type: "reasoning",
      summary: [{ text: "a" }, { text: "" }, { text: "b" }],
      content: [said("c")],
    },
    [{ type: "reasoning", text: "a\n\nb" }],
  ],
  [
    "thoughts themselves",
    { type: "reasoning", summary: [], content: [said("c")] },
    [{ type: "reasoning", text: "c" }],
  ],
  ["no thought", { type: "reasoning", summary: [] }, []],
  [
    "a proof",
    { type: "reasoning", id: "rs", encrypted_content: "e" },
    [
      {
        type: "reasoning",
        text: "",
        opaque: wrapOpaque(MODEL.id, { id: "rs", encrypted_content: "e" }),
      },
    ],
  ],
])("an item of %s is read", (_, item, content) => {
  expect(read({ output: [item] })?.content).toEqual(content);
});

test.each<[string, object, object]>([
  [
    "a text beside an empty output",
    { output: [], output_text: "a" },
    { content: [{ type: "text", text: "a" }] },
  ],
  [
    "a text beside its output",
    { output: [message(said("a"))], output_text: "b" },
    { content: [{ type: "text", text: "a" }] },
  ],
  ["an empty output", { output: [], output_text: "" }, { content: [] }],
  ["no status", { output: [] }, { reason: "stop" }],
  ["a call", { output: [called()] }, { reason: "tool_calls" }],
  ["an end before the whole", { output: [called()], status: "incomplete" }, { reason: "length" }],
  [
    "a filter",
    { output: [], status: "incomplete", incomplete_details: { reason: "content_filter" } },
    { reason: "content_filter" },
  ],
  ["an error of null", { output: [], error: null }, { content: [] }],
])("an answer with %s is read", (_, body, answer) => {
  expect(read(body)).toMatchObject(answer);
});

test.each([{}, { output: "a" }, { output: null }])("%j is no answer", (body) => {
  expect(read(body)).toBeUndefined();
});

test.each<[string, object, object]>([
  ["fails", { status: "failed", output: [] }, { code: "server_error", message: "failed" }],
  [
    "is cancelled",
    { status: "cancelled", output: [] },
    { code: "server_error", message: "cancelled" },
  ],
  ["has an error", { status: "failed", error: { code: "c" }, output: [] }, { code: "c" }],
])("an answer that %s is an error", (_, body, error) => {
  const parts = () => readStream({ type: "response.completed", response: body });

  expect(() => read(body)).toThrow(AnswerError);
  expect(thrown(() => read(body))).toMatchObject({ body: { error } });
  expect(thrown(parts)).toMatchObject({ body: { error } });
  expect(thrown(() => readStream({ type: "response.failed", response: body }))).toMatchObject({
    body: { error },
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return { returned: work() };
  } catch (error) {
    return error;
  }
}

test.each<[object, object | undefined]>([
  [{ input_tokens: 1 }, undefined],
  [
    { input_tokens: 1, output_tokens: 2 },
    { input: 1, output: 2, total: 3 },
  ],
  [
    {
      input_tokens: 5,
      output_tokens: 4,
      total_tokens: 9,
      input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
      output_tokens_details: { reasoning_tokens: 1 },
    },
    { input: 5, output: 4, total: 9, cached: 3, cacheWritten: 2, reasoning: 1 },
  ],
])("counts of %j are read", (given, usage) => {
  expect(readUsage(given)).toEqual(usage);
});

test("counts are written whole, with 0 for what is not known", () => {
  const counts = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };

  expect(writeUsage({ input: 1, output: 2, total: 3 })).toEqual({
    ...counts,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  });
  expect(
    writeUsage({ input: 1, output: 2, total: 3, cached: 4, cacheWritten: 5, reasoning: 6 }),
  ).toEqual({
    ...counts,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 },
    output_tokens_details: { reasoning_tokens: 6 },
  });
});

function readStream(...events: readonly object[]): readonly Part[] {
  const reader = responsesModel.openStream(MODEL);
  const parts = readEvents(reader, events);
  return [...parts, ...reader.end()];
}

const at = (index: number, more: object = {}) => ({ output_index: index, ...more });
const delta = (type: string, value: unknown, more: object = at(0)) => ({
  type: `response.${type}.delta`,
  delta: value,
  ...more,
});
const added = (item: object, more: object = at(0)) => ({
  type: "response.output_item.added",
  item,
  ...more,
});
const done = (item: object, more: object = at(0)) => ({
  type: "response.output_item.done",
  item,
  ...more,
});
const completed = (output: readonly unknown[] = [], more: object = {}) => ({
  type: "response.completed",
  response: { output, ...more },
});
const text = (value: string): Part => ({ type: "text", text: value });
const thought = (value: string): Part => ({ type: "reasoning", text: value });
const call = (index: number, more: object = {}): Part => ({ ...CALL, index, ...more });
const input = (index: number, value: string): Part => ({ type: "input", index, text: value });
const textDone = (value: unknown, more: object = at(0)) => ({
  type: "response.output_text.done",
  text: value,
  ...more,
});
const PROOF = wrapOpaque(MODEL.id, { id: "rs", encrypted_content: "e" });
const REASONING = { type: "reasoning", id: "rs", summary: [{ text: "b" }], encrypted_content: "e" };

test.each<[string, readonly object[], readonly Part[]]>([
  ["pieces", [delta("output_text", "a"), delta("output_text", "b")], [text("a"), text("b")]],
  ["a piece that is no text", [delta("output_text", 5), delta("output_text", "")], []],
  ["the rest of a text", [delta("output_text", "a"), textDone("ab")], [text("a"), text("b")]],
  ["a whole text", [delta("output_text", "ab"), textDone("ab")], [text("ab")]],
  ["an end that is no text", [textDone(5)], []],
  [
    "the rest of each part",
    [
      delta("output_text", "a", at(0, { content_index: 1 })),
      textDone("b"),
      textDone("ac", at(0, { content_index: 1 })),
    ],
    [text("a"), text("b"), text("c")],
  ],
  [
    "a refusal, and its rest",
    [delta("refusal", "a"), { type: "response.refusal.done", refusal: "ab", ...at(0) }],
    [
      { type: "refusal", text: "a" },
      { type: "refusal", text: "b" },
    ],
  ],
  [
    "the rest of a message's parts",
    [delta("output_text", "a"), done(message(said("ab"), { type: "refusal", refusal: "c" }))],
    [text("a"), text("b"), { type: "refusal", text: "c" }],
  ],
  ["a text in place of a message's parts", [done({ type: "message", content: "a" })], [text("a")]],
  [
    "items that only their id tells apart",
    [
      delta("output_text", "a", { item_id: "x" }),
      delta("output_text", "b", { item_id: "y" }),
      textDone("bc", { item_id: "y" }),
    ],
    [text("a"), text("b"), text("c")],
  ],
  [
    "items that only their place tells apart",
    [delta("output_text", "a", at(0, { item_id: "x" })), textDone("b", at(1, { item_id: "x" }))],
    [text("a"), text("b")],
  ],
  [
    "thoughts of two parts",
    [
      delta("reasoning_summary_text", "a", at(0, { summary_index: 0 })),
      delta("reasoning_summary_text", "b", at(0, { summary_index: 1 })),
      delta("reasoning_summary_text", "c", at(0, { summary_index: 1 })),
      delta("reasoning_text", "d", at(0, { content_index: 2 })),
      delta("reasoning_text", ""),
    ],
    [thought("a"), thought("\n\nb"), thought("c"), thought("\n\nd")],
  ],
  [
    "a thought that only its end has, and its proof once",
    [done(REASONING), done(REASONING)],
    [thought("b"), { type: "opaque", opaque: PROOF }, thought("b")],
  ],
  [
    "a proof after its thought",
    [delta("reasoning_summary_text", "a"), done(REASONING)],
    [thought("a"), { type: "opaque", opaque: PROOF }],
  ],
  ["a thought without a proof", [done({ ...REASONING, encrypted_content: null })], [thought("b")]],
  [
    "another item's end",
    [done({ type: "web_search_call", content: "a", summary: [{ text: "b" }] })],
    [],
  ],
  ["another item's begin", [added(message(said("a")))], []],
])("a stream with %s is passed on once", (_, events, parts) => {
  expect(readStream(...events, completed())).toEqual([...parts, { type: "end", reason: "stop" }]);
});

test.each<[string, readonly object[], readonly Part[]]>([
  [
    "its pieces",
    [
      added(called({ arguments: "" })),
      delta("function_call_arguments", "{"),
      delta("function_call_arguments", null),
      delta("function_call_arguments", "}"),
      done(called()),
    ],
    [call(0), input(0, "{"), input(0, "}")],
  ],
  ["its end alone", [done(called())], [call(0), input(0, "{}")]],
  ["its begin alone", [added(called())], [call(0), input(0, "{}")]],
  ["two begins", [added(called()), added(called())], [call(0), input(0, "{}")]],
  [
    "the rest at its end",
    [added(called({ arguments: "" })), delta("function_call_arguments", "{"), done(called())],
    [call(0), input(0, "{"), input(0, "}")],
  ],
  [
    "input before its begin",
    [
      delta("function_call_arguments", "{"),
      delta("function_call_arguments", "}"),
      added(called({ arguments: "" })),
    ],
    [call(0), input(0, "{}")],
  ],
  [
    "input before its end",
    [delta("function_call_arguments", "{"), done(called())],
    [call(0), input(0, "{}")],
  ],
  [
    "a custom tool's text",
    [added(called({ type: "custom_tool_call", input: "" })), delta("custom_tool_call_input", "x")],
    [call(0, { isCustom: true }), input(0, "x")],
  ],
  [
    "another beside it",
    [
      added(called({ arguments: "" })),
      added(called({ call_id: "d", arguments: "" }), at(1)),
      delta("function_call_arguments", "1", at(1)),
      delta("function_call_arguments", "0"),
    ],
    [call(0), call(1, { id: "d" }), input(1, "1"), input(0, "0")],
  ],
  [
    "the answer's end alone",
    [completed([called(), called({ call_id: "d" })])],
    [call(0), input(0, "{}"), call(1, { id: "d" }), input(1, "{}")],
  ],
  ["the answer's end again", [done(called()), completed([called()])], [call(0), input(0, "{}")]],
  [
    "the answer's end under another id",
    [done(called()), completed([called({ call_id: "d" })])],
    [call(0), input(0, "{}")],
  ],
  [
    "the answer's end at another place",
    [done(called(), at(1)), completed([called()])],
    [call(0), input(0, "{}")],
  ],
])("a call that comes with %s is one call", (_, events, parts) => {
  const isEnded = events.some((event) => "response" in event);

  expect(readStream(...events, ...(isEnded ? [] : [completed()]))).toEqual([
    ...parts,
    { type: "end", reason: "tool_calls" },
  ]);
});

test.each<[string, readonly object[], readonly unknown[], readonly Part[]]>([
  [
    "nothing",
    [],
    [message(said("a")), REASONING],
    [text("a"), thought("b"), { type: "opaque", opaque: PROOF }],
  ],
  [
    "thoughts alone",
    [delta("reasoning_text", "t")],
    [REASONING, message(said("a"))],
    [thought("t"), text("a")],
  ],
  ["a text", [delta("output_text", "t")], [message(said("a"))], [text("t")]],
  ["a refusal", [delta("refusal", "t")], [message(said("a"))], [{ type: "refusal", text: "t" }]],
])("of an answer whose events had %s, its end has the rest", (_, events, output, parts) => {
  expect(readStream(...events, completed(output))).toEqual([
    ...parts,
    { type: "end", reason: "stop" },
  ]);
});

test.each<[object, object]>([
  [
    { type: "response.done", response: {} },
    { type: "end", reason: "stop" },
  ],
  [
    { type: "response.incomplete", response: {} },
    { type: "end", reason: "length" },
  ],
])("%j ends a stream", (event, end) => {
  expect(readStream(event)).toEqual([end]);
});

test("a stream is whole with its end, and over with its mark", () => {
  const reader = responsesModel.openStream(MODEL);

  reader.read({ data: "" });
  expect([reader.isWhole, reader.isOver]).toEqual([false, false]);
  expect(reader.read({ event: "response.output_text.delta", data: '{"delta":"a"}' })).toEqual([
    text("a"),
  ]);
  expect(reader.read({ data: "[DONE]" })).toEqual([]);
  expect([reader.isWhole, reader.isOver]).toEqual([false, true]);
  expect(() => reader.end()).toThrow("the stream ended before the answer did");
  reader.read({ data: JSON.stringify(completed()) });
  expect([reader.isWhole, reader.isOver]).toEqual([true, true]);
  expect(reader.end()).toEqual([]);
});

const usage = { input_tokens: 1, output_tokens: 2 };

test("an answer that passes has ids, arguments and counts, and is else as it came", () => {
  const output = [
    { type: "message", id: "m", content: "a" },
    message(said("b")),
    called({ call_id: "", id: "f", arguments: "" }),
    called({ call_id: null, id: null, arguments: { a: 1 } }),
    { type: "web_search_call", id: "w" },
  ];

  expect(mendResponse({ id: "r", output, usage: { ...usage, own: 1 } })).toEqual({
    id: "r",
    output: [
      { type: "message", id: "m", content: [{ ...said("a"), annotations: [] }] },
      message(said("b")),
      called({ call_id: "f", id: "f" }),
      called({ call_id: NEW_ID, id: null, arguments: '{"a":1}' }),
      { type: "web_search_call", id: "w" },
    ],
    usage: {
      ...usage,
      total_tokens: 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
      own: 1,
    },
  });
  expect(mendResponse({ id: "r" })).toEqual({ id: "r", output: [], usage: undefined });
});

const mend = (...events: readonly { readonly event?: string; readonly data: string }[]) => {
  const mender = new ResponsesMender();
  return [...events.flatMap((event) => mender.pass(event)), ...mender.end()];
};
const json = (data: object, event?: string) => ({
  data: JSON.stringify(data),
  ...(event !== undefined && { event }),
});

test("an event that nothing is mended in passes unread", () => {
  const event = { event: "response.output_text.delta", data: " {" };

  expect(mend(event)).toEqual([event]);
});

test.each<[string, { readonly event?: string; readonly data: string }, object[]]>([
  ["a type alone", json({ type: "x", a: 1 }), [json({ type: "x", a: 1 }, "x")]],
  ["the usual name", json({ type: "x" }, "message"), [json({ type: "x" }, "x")]],
  ["neither a type nor a name", json({ a: 1 }), []],
  ["a mark", { data: "[DONE]" }, []],
  ["a mark under the usual name", { event: "message", data: "[DONE]" }, []],
  [
    "a name alone",
    json({ item: called(), output_index: 0 }, "response.output_item.done"),
    [
      json(
        { item: called(), output_index: 0, type: "response.output_item.done" },
        "response.output_item.done",
      ),
    ],
  ],
  [
    "another name of the end",
    json({ type: "response.done", response: { id: "r" } }),
    [json({ type: "response.completed", response: { id: "r", output: [] } }, "response.completed")],
  ],
])("an event with %s is named as clients read it", (_, event, events) => {
  expect(mend(event)).toEqual(events);
});

test("a call has one id from its begin to the answer's end, and no arguments before they come", () => {
  const bare = called({ call_id: "", arguments: "" });
  const events = mend(
    json({ ...added({ ...bare, status: "in_progress" }) }, "response.output_item.added"),
    json(done(bare), "response.output_item.done"),
    json(completed([bare]), "response.completed"),
  ).map(({ data }): Record<string, unknown> => JSON.parse(data));
  const items = [
    events[0]?.["item"],
    events[1]?.["item"],
    Object(events[2]?.["response"]).output[0],
  ];

  expect(items).toMatchObject([
    { call_id: NEW_ID, arguments: "" },
    { call_id: NEW_ID, arguments: "{}" },
    { call_id: NEW_ID, arguments: "{}" },
  ]);
  expect(new Set(items.map((item) => Object(item).call_id)).size).toBe(1);
});

test("grouped tools are known by their own names, wherever a request has them", () => {
  const group = { type: "namespace", name: "n", tools: [{ name: "a" }, {}, null] };
  const fields = {
    tools: [group, { ...group, type: "function" }, { ...group, name: "" }, { name: "x" }],
    input: [{ type: "tool_search_output", tools: [{ ...group, name: "m" }] }, "text", null],
  };

  expect([...namespaceOf(fields)]).toEqual([
    ["n__a", { name: "a", namespace: "n" }],
    ["m__a", { name: "a", namespace: "m" }],
  ]);
  expect(namespaceOf({ input: "Hi" }).size).toBe(0);
});

const PARTS: readonly Part[] = [
  thought("t"),
  thought(""),
  { type: "opaque", opaque: "p" },
  { type: "opaque", opaque: "q" },
  text("a"),
  text(""),
  { type: "refusal", text: "b" },
  call(0),
  input(0, ""),
  call(1, { isCustom: true }),
  input(1, "x"),
  input(0, "{"),
  input(7, "of no call"),
  call(2, { name: "n__look" }),
  input(0, "}"),
  call(3),
  { type: "end", reason: "length" },
];

test("the events of each item have its place, and end with the item as it is in the answer", () => {
  const tools = [{ type: "namespace", name: "n", tools: [{ type: "function", name: "look" }] }];
  const events = eventsOf(streamOf(PARTS, headOf({ tools })));
  const last = Object(events.at(-1)).response;
  const ended = events.filter(({ type }) => type === "response.output_item.done");

  expect(
    ended
      .toSorted((a, b) => Number(a["output_index"]) - Number(b["output_index"]))
      .map(({ item }) => item),
  ).toEqual(last.output);
  expect(last.output).toEqual([
    {
      type: "reasoning",
      id: "rs_e-1_0",
      summary: [{ type: "summary_text", text: "t" }],
      encrypted_content: "p",
    },
    { type: "reasoning", id: "rs_e-1_1", summary: [], encrypted_content: "q" },
    {
      type: "message",
      id: "msg_e-1_2",
      status: "completed",
      role: "assistant",
      content: [
        { ...said("a"), annotations: [], logprobs: [] },
        { type: "refusal", refusal: "b" },
      ],
    },
    { ...called(), id: "fc_e-1_3", status: "completed" },
    {
      type: "custom_tool_call",
      id: "ctc_e-1_4",
      status: "incomplete",
      call_id: "c",
      name: "look",
      input: "x",
    },
    { ...called(), id: "fc_e-1_5", status: "incomplete", namespace: "n" },
    { ...called(), id: "fc_e-1_6", status: "incomplete" },
  ]);
  expect(last).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  });
});

test("the events of a stream are whole, in their order", () => {
  const parts: readonly Part[] = [
    thought("t"),
    text("a"),
    { type: "refusal", text: "b" },
    call(0, { isCustom: true }),
    input(0, "x"),
    call(1),
  ];
  const place = (output_index: number, item_id: string) => ({ output_index, item_id });
  const reasoning = { ...place(0, "rs_e-1_0"), summary_index: 0 };
  const spoken = (content_index: number) => ({ ...place(1, "msg_e-1_1"), content_index });
  const shown = eventsOf(streamOf(parts)).filter(
    ({ type }) => !/created|in_progress|completed|output_item/.test(String(type)),
  );
  const empty = { ...said(""), annotations: [], logprobs: [] };

  expect(shown.map(({ sequence_number: _, ...event }) => event)).toEqual([
    {
      type: "response.reasoning_summary_part.added",
      ...reasoning,
      part: { type: "summary_text", text: "" },
    },
    { type: "response.reasoning_summary_text.delta", ...reasoning, delta: "t" },
    { type: "response.reasoning_summary_text.done", ...reasoning, text: "t" },
    {
      type: "response.reasoning_summary_part.done",
      ...reasoning,
      part: { type: "summary_text", text: "t" },
    },
    { type: "response.content_part.added", ...spoken(0), part: empty },
    { type: "response.output_text.delta", ...spoken(0), delta: "a", logprobs: [] },
    { type: "response.output_text.done", ...spoken(0), text: "a", logprobs: [] },
    { type: "response.content_part.done", ...spoken(0), part: { ...empty, text: "a" } },
    { type: "response.content_part.added", ...spoken(1), part: { type: "refusal", refusal: "" } },
    { type: "response.refusal.delta", ...spoken(1), delta: "b" },
    { type: "response.refusal.done", ...spoken(1), refusal: "b" },
    { type: "response.content_part.done", ...spoken(1), part: { type: "refusal", refusal: "b" } },
    { type: "response.custom_tool_call_input.delta", ...place(2, "ctc_e-1_2"), delta: "x" },
    { type: "response.custom_tool_call_input.done", ...place(2, "ctc_e-1_2"), input: "x" },
    { type: "response.function_call_arguments.delta", ...place(3, "fc_e-1_3"), delta: "{}" },
    {
      type: "response.function_call_arguments.done",
      ...place(3, "fc_e-1_3"),
      name: "look",
      arguments: "{}",
    },
  ]);
});

const NOT_SET = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: 1,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_p: 1,
  truncation: "disabled",
};
const SET = {
  instructions: "Be brief.",
  max_output_tokens: 50,
  metadata: { of: "a test" },
  parallel_tool_calls: false,
  reasoning: { effort: "low", summary: "auto" },
  temperature: 0,
  text: { format: { type: "json_object" } },
  tool_choice: "required",
  tools: [{ type: "function", name: "look" }],
  top_p: 0,
  truncation: "auto",
};

test.each<[string, object, object]>([
  ["nothing more than an input", {}, NOT_SET],
  ["every field", SET, SET],
])("an answer repeats what its request set: %s", (_, fields, repeated) => {
  const answer = { content: [], reason: "content_filter" } as const;

  expect(responsesCaller.writeAnswer(answer, headOf(fields))).toEqual({
    id: "resp_e-1",
    object: "response",
    created_at: 7,
    background: false,
    error: null,
    model: MODEL.id,
    previous_response_id: null,
    store: false,
    status: "incomplete",
    incomplete_details: { reason: "content_filter" },
    output: [],
    usage: null,
    ...repeated,
  });
});

test("an answer that fails has its error, and what came before", () => {
  const writer = responsesCaller.openStream(headOf());
  writer.begin();
  writer.write(text("a"));
  const refusal = { status: 502, code: "upstream_cut", message: "broke off" } as const;
  const last = Object(eventsOf(writer.fail(refusal)).at(-1));

  expect(last).toMatchObject({
    type: "response.failed",
    response: {
      status: "failed",
      error: { code: "upstream_cut", message: "broke off", event_id: "e-1" },
      output: [{ type: "message", status: "in_progress" }],
      usage: null,
    },
  });
});

test("the provider keeps nothing, and is asked for what goes on without", () => {
  const asked = (fields: object, id = "openai/gpt-5") =>
    responsesModel.forwardRequest(
      readFields(fields),
      { ...modelOf(id), speaks: "responses" },
      true,
    );
  const encrypted = ["reasoning.encrypted_content"];

  expect(asked({})).toMatchObject({ store: false, include: encrypted });
  expect(asked({ include: encrypted })).toMatchObject({ include: encrypted });
  for (const id of [
    "openai/gpt-4o",
    "openai/gpt-3.5-turbo",
    "openai/chatgpt-4o",
    "openai/gpt-5.2-chat",
  ]) {
    expect(asked({}, id)).not.toHaveProperty("include");
    expect(asked({ include: ["message.output_text.logprobs"] }, id)).toMatchObject({
      include: ["message.output_text.logprobs"],
    });
  }
  for (const id of ["x/openai/gpt-4o", "openai/gpt-5-codex", "openai/o3"]) {
    expect(asked({}, id)).toMatchObject({ include: encrypted });
  }
});
