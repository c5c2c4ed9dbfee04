/** What servers leave out of answers in Anthropic's Messages form, or vary, and what is made of it. */
import { expect, test } from "vitest";

import { REACHES, type Reach } from "../../../worker/chat/env.ts";
import {
  MessagesMender,
  mendMessage,
} from "../../../worker/chat/formats/anthropic-messages/mend.ts";
import { messagesModel } from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import { wrapProof } from "../../../worker/chat/formats/anthropic-messages/signature.ts";
import type { Part } from "../../../worker/chat/formats/conversation.ts";
import { MODEL, read } from "../../support/messages.ts";
import { refusalOf } from "../../support/responses.ts";

const NEW_ID = expect.stringMatching(/^call_[0-9a-f]{32}$/);
const COUNTS = { input_tokens: 0, output_tokens: 0 };
const MESSAGE = { type: "message", role: "assistant", content: [], stop_reason: "end_turn" };
const USE = { type: "tool_use", id: "t", name: "look", input: {} };

test.each<[string, object, object]>([
  ["nothing", { content: [] }, { ...MESSAGE, usage: COUNTS }],
  [
    "fields of its own",
    { id: "m", own: 1, type: "x", role: "y", content: [], usage: { input_tokens: 3, own: 1 } },
    {
      ...MESSAGE,
      id: "m",
      own: 1,
      type: "x",
      role: "y",
      usage: { ...COUNTS, input_tokens: 3, own: 1 },
    },
  ],
  ["counts of null", { content: [], usage: { input_tokens: null } }, { ...MESSAGE, usage: COUNTS }],
  [
    "a text in place of blocks",
    { content: "a" },
    { ...MESSAGE, content: [{ type: "text", text: "a" }], usage: COUNTS },
  ],
  [
    "one block in place of a list",
    { content: { type: "text", text: 5 } },
    { ...MESSAGE, content: [{ type: "text", text: "5" }], usage: COUNTS },
  ],
  [
    "other blocks",
    {
      content: [
        { type: "x", text: 5, input: "a" },
        { type: "text", text: "a" },
      ],
    },
    {
      ...MESSAGE,
      content: [
        { type: "x", text: 5, input: "a" },
        { type: "text", text: "a" },
      ],
      usage: COUNTS,
    },
  ],
  ...[
    ["max_tokens", "max_tokens"],
    ["END_TURN", "end_turn"],
    ["", "end_turn"],
    [null, "end_turn"],
    [5, "end_turn"],
  ].map(([given, stop_reason]): [string, object, object] => [
    `a reason of ${given}`,
    { content: [], stop_reason: given },
    { ...MESSAGE, stop_reason, usage: COUNTS },
  ]),
  ...["end_turn", null].map((stop_reason): [string, object, object] => [
    `calls beside a reason of ${stop_reason}`,
    {
      content: [USE, { ...USE, id: "t", input: '{"a":1}' }, { ...USE, id: null, input: "{" }],
      stop_reason,
    },
    {
      ...MESSAGE,
      content: [USE, { ...USE, id: NEW_ID, input: { a: 1 } }, { ...USE, id: NEW_ID }],
      stop_reason: "tool_use",
      usage: COUNTS,
    },
  ]),
])("a message with %s passes whole", (_, body, message) => {
  expect(mendMessage(body)).toEqual(message);
});

const json = (data: object, event?: string) => ({
  data: JSON.stringify(data),
  ...(event !== undefined && { event }),
});
const named = (data: { readonly type: string; readonly [field: string]: unknown }) =>
  json(data, data.type);
const end = (stop_reason: string) => [
  named({
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: 0 },
  }),
  named({ type: "message_stop" }),
];

/** Passes events, and their end. */
function mend(...events: readonly { readonly event?: string; readonly data: string }[]) {
  const mender = new MessagesMender();
  return [...events.flatMap((event) => mender.pass(event)), ...mender.end()].map((event) => ({
    ...event,
    data: event.data.startsWith("{") ? (JSON.parse(event.data) as unknown) : event.data,
  }));
}
const parsed = (events: readonly { readonly event?: string; readonly data: string }[]) =>
  events.map((event) => ({ ...event, data: JSON.parse(event.data) as unknown }));

const start = (content_block: object, index = 0) => ({
  type: "content_block_start",
  index,
  content_block,
});
const STOP = named({ type: "message_stop" });

test("an event that nothing is mended in passes unread", () => {
  const event = { event: "content_block_delta", data: " {" };

  expect(mend(event, STOP)).toEqual([event, ...parsed(end("end_turn"))]);
});

test.each<
  [
    string,
    readonly { readonly event?: string; readonly data: string }[],
    readonly { readonly event?: string; readonly data: string }[],
  ]
>([
  ["nothing", [], end("end_turn")],
  ["its end alone", [STOP], end("end_turn")],
  ["a mark", [{ data: "[DONE]" }], end("end_turn")],
  ["no type", [json({ a: 1 }), json({ type: 5 }, "message")], end("end_turn")],
  ["types alone", [json({ type: "ping" })], [named({ type: "ping" }), ...end("end_turn")]],
  [
    "no counts",
    [named({ type: "message_start", message: { id: "m" } })],
    [named({ type: "message_start", message: { id: "m", usage: COUNTS } }), ...end("end_turn")],
  ],
  [
    "a reason",
    [
      named({
        type: "message_delta",
        delta: { stop_reason: "MAX_TOKENS" },
        usage: { output_tokens: null },
      }),
      STOP,
    ],
    [
      named({
        type: "message_delta",
        delta: { stop_reason: "max_tokens" },
        usage: { output_tokens: 0 },
      }),
      STOP,
    ],
  ],
  [
    "a reason, and then none",
    [
      named({
        type: "message_delta",
        delta: { stop_reason: "max_tokens" },
        usage: { output_tokens: 2 },
      }),
      named({ type: "message_delta", delta: {} }),
    ],
    [
      named({
        type: "message_delta",
        delta: { stop_reason: "max_tokens" },
        usage: { output_tokens: 2 },
      }),
      named({ type: "message_delta", delta: { stop_reason: null }, usage: { output_tokens: 0 } }),
      STOP,
    ],
  ],
  [
    "a call beside another reason",
    [
      named(start({ ...USE, input: undefined })),
      named({ type: "message_delta", delta: { stop_reason: "end_turn" } }),
    ],
    [
      named(start(USE)),
      named({
        type: "message_delta",
        delta: { stop_reason: "tool_use" },
        usage: { output_tokens: 0 },
      }),
      STOP,
    ],
  ],
  ["a call", [named(start(USE)), STOP], [named(start(USE)), ...end("tool_use")]],
])("a stream with %s passes whole", (_, events, expected) => {
  expect(mend(...events)).toEqual(parsed(expected));
});

test("two calls of a stream have ids of their own", () => {
  const [, second] = mend(named(start(USE)), named(start(USE, 1)));

  expect(second?.data).toEqual(start({ ...USE, id: NEW_ID }, 1));
});

/** Reads a stream until its end. Throws where its reader does. */
function readStream(...events: readonly unknown[]): readonly Part[] {
  const reader = messagesModel.openStream(MODEL);
  const parts = events.flatMap((event) =>
    reader.read({ data: typeof event === "string" ? event : JSON.stringify(event) }),
  );
  return [...parts, ...reader.end()];
}

const add = (type: string, fields: object) => ({
  type: "content_block_delta",
  delta: { type, ...fields },
});
const stop = { type: "content_block_stop" };
const over = { type: "message_stop" };
const text = (value: string): Part => ({ type: "text", text: value });
const call: Part = { type: "call", index: 0, id: "t", name: "look" };
const input = (value: string, index = 0): Part => ({ type: "input", index, text: value });
const opaque = (proof: { signature: string } | { data: string }): Part => ({
  type: "opaque",
  opaque: wrapProof(MODEL.id, proof),
});
const thought = (value: string): Part => ({ type: "reasoning", text: value });

test.each<[string, readonly unknown[], readonly Part[]]>([
  [
    "a text",
    [start({ type: "text", text: "a" }), add("text_delta", { text: "b" }), stop],
    [text("a"), text("b")],
  ],
  ["empty texts", [start({ type: "text", text: "" }), add("text_delta", {}), stop], []],
  [
    "a thought with its proof",
    [
      start({ type: "thinking", thinking: "a" }),
      add("thinking_delta", { thinking: "b" }),
      add("signature_delta", { signature: "s" }),
      add("signature_delta", { signature: "" }),
      stop,
    ],
    [thought("a"), thought("b"), opaque({ signature: "s" })],
  ],
  ["a thought without a proof", [start({ type: "thinking", thinking: "a" }), stop], [thought("a")]],
  [
    "a proof of another block",
    [start({ type: "text" }), add("signature_delta", { signature: "s" }), stop],
    [],
  ],
  [
    "a thought that is not shown",
    [start({ type: "redacted_thinking", data: "d" }), stop],
    [opaque({ data: "d" })],
  ],
  [
    "a thought of which nothing is shown",
    [start({ type: "redacted_thinking" })],
    [opaque({ data: "" })],
  ],
  [
    "a call in pieces",
    [
      start(USE),
      add("input_json_delta", { partial_json: "" }),
      add("input_json_delta", { partial_json: "{" }),
      add("input_json_delta", { partial_json: "}" }),
      stop,
    ],
    [call, input("{"), input("}")],
  ],
  [
    "a call whose input its begin has",
    [start({ ...USE, input: { a: 1 } }), stop],
    [call, input('{"a":1}')],
  ],
  [
    "a call without input",
    [start({ ...USE, input: undefined }), add("input_json_delta", {}), stop, stop],
    [call, input("{}")],
  ],
  [
    "two calls",
    [
      start(USE),
      add("input_json_delta", { partial_json: "1" }),
      stop,
      start({ type: "tool_use" }),
      stop,
    ],
    [call, input("1"), { ...call, index: 1, id: "", name: "" }, input("{}", 1)],
  ],
  [
    "a provider's own call",
    [
      start({ type: "server_tool_use", id: "s" }),
      add("input_json_delta", { partial_json: "{}" }),
      stop,
    ],
    [],
  ],
  [
    "what is not known",
    [
      { type: "x" },
      { type: "content_block_start" },
      { type: "content_block_delta" },
      add("citations_delta", { text: "a" }),
    ],
    [],
  ],
])("a stream with %s is read", (_, events, parts) => {
  expect(readStream(...events, over)).toEqual([...parts, { type: "end", reason: "stop" }]);
});

test.each<[string, readonly unknown[], object]>([
  [
    "are completed by its end",
    [
      { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: "message_delta", delta: {}, usage: { output_tokens: 5, input_tokens: null } },
    ],
    { input: 3, output: 5, total: 8 },
  ],
  [
    "stand in its end alone",
    [
      { type: "message_start" },
      { type: "message_delta", usage: { input_tokens: 1, output_tokens: 2 } },
    ],
    { input: 1, output: 2, total: 3 },
  ],
])("the counts of a stream %s", (_, events, usage) => {
  expect(readStream(...events, over)[0]).toMatchObject({ type: "usage", usage });
});

test("a refusal in words comes before the end", () => {
  const delta = { stop_reason: "refusal", stop_details: { explanation: "No" } };

  expect(
    readStream({ type: "message_delta", delta }, { type: "message_delta", delta: {} }),
  ).toEqual([
    { type: "refusal", text: "No" },
    { type: "end", reason: "content_filter" },
  ]);
});

test("a stream is whole with its reason, and over with its end or a mark", () => {
  const reader = messagesModel.openStream(MODEL);
  const state = () => [reader.isWhole, reader.isOver];
  const ended = { type: "message_delta", delta: { stop_reason: "end_turn" } };

  expect(reader.read({ data: "" })).toEqual([]);
  expect(state()).toEqual([false, false]);
  expect(() => reader.end()).toThrow("the stream ended before the answer did");
  expect(() => reader.read({ data: "[DONE]" })).toThrow("the stream ended before the answer did");
  reader.read({ data: JSON.stringify(ended) });
  expect(state()).toEqual([true, false]);
  expect(reader.read({ data: "[DONE]" })).toEqual([]);
  expect(state()).toEqual([true, true]);
  expect(() => readStream({ a: 1 })).toThrow("an event has no type");
  expect(readStream(over)).toEqual([{ type: "end", reason: "stop" }]);
});

const user = (...content: readonly object[]) => ({ messages: [{ role: "user", content }] });
const assistant = (...content: readonly object[]) => ({
  messages: [{ role: "assistant", content }],
});
const LIST = "expected a text, or a list of blocks";
const image = (source: object) => user({ type: "image", source });
const AT = "messages.0.content";

test.each<[object, string]>([
  [{ messages: [{ role: "user" }] }, `${AT}: missing`],
  [{ messages: [{ role: "user", content: 5 }] }, `${AT}: ${LIST}`],
  [
    { messages: [{ role: "bot", content: "a" }] },
    'messages.0.role: expected "user" or "assistant" or "system"',
  ],
  [{ system: 5 }, `system: ${LIST}`],
  [{ system: [{ type: "image" }] }, 'system.0.type: expected "text"'],
  [user({ type: "text" }), `${AT}.0.text: missing`],
  [
    user({ type: "text", text: "a", cache_control: { type: "x" } }),
    `${AT}.0.cache_control.type: expected "ephemeral"`,
  ],
  [
    user({ type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "2h" } }),
    `${AT}.0.cache_control.ttl: expected "5m" or "1h"`,
  ],
  [image({ type: "x" }), `${AT}.0.source.type: expected "base64" or "url" or "file"`],
  [image({ type: "base64", media_type: "image/png" }), `${AT}.0.source.data: missing`],
  [image({ type: "base64", data: "" }), `${AT}.0.source.media_type: missing`],
  [image({ type: "url", url: "http://a.test" }), `${AT}.0.source.url: expected an https: address`],
  [
    image({ type: "url", url: "xhttps://a.test" }),
    `${AT}.0.source.url: expected an https: address`,
  ],
  [image({ type: "file" }), `${AT}.0.source.file_id: missing`],
  [
    user({ type: "document", source: { type: "x" } }),
    `${AT}.0.source.type: expected "base64" or "text" or "content" or "url" or "file"`,
  ],
  [user({ type: "document", source: { type: "text" } }), `${AT}.0.source.data: missing`],
  [
    user({ type: "document", source: { type: "content", content: 5 } }),
    `${AT}.0.source.content: ${LIST}`,
  ],
  [
    user({ type: "document", source: { type: "content", content: [{ type: "x" }] } }),
    `${AT}.0.source.content.0.type: expected "text" or "image"`,
  ],
  [
    user({ type: "document", source: { type: "text", data: "" }, title: 5 }),
    `${AT}.0.title: expected a text`,
  ],
  [
    user({ type: "document", source: { type: "text", data: "" }, context: 5 }),
    `${AT}.0.context: expected a text`,
  ],
  [
    user({ type: "search_result" }),
    `${AT}.0.title: missing; ${AT}.0.source: missing; ${AT}.0.content: missing`,
  ],
  [user({ type: "tool_result" }), `${AT}.0.tool_use_id: missing`],
  [user({ type: "tool_result", tool_use_id: "t", content: 5 }), `${AT}.0.content: ${LIST}`],
  [
    user({ type: "tool_result", tool_use_id: "t", is_error: 5 }),
    `${AT}.0.is_error: expected true or false`,
  ],
  [assistant({ type: "thinking" }), `${AT}.0.thinking: missing`],
  [
    assistant({ type: "thinking", thinking: "a", signature: 5 }),
    `${AT}.0.signature: expected a text`,
  ],
  [assistant({ type: "redacted_thinking" }), `${AT}.0.data: missing`],
  [assistant({ type: "tool_use" }), `${AT}.0.id: missing; ${AT}.0.name: missing`],
])("%j is refused with the block's place and what it may be", (changes, message) => {
  expect(refusalOf(() => read(changes))).toMatchObject({ status: 400, message });
});

test.each<[Reach, string]>([
  ["web_search", "web_search_tool_result"],
  ["web_fetch", "web_fetch_tool_result"],
  ["code_execution", "code_execution_tool_result"],
  ["code_execution", "bash_code_execution_tool_result"],
  ["code_execution", "text_editor_code_execution_tool_result"],
  ["files", "container_upload"],
  ["mcp", "mcp_tool_use"],
  ["mcp", "mcp_tool_result"],
  ["mcp", "mcp_tool_listing"],
])("only a stack with %s serves a block of %s", (reach, type) => {
  const changes = assistant({ type });
  const others = REACHES.filter((each) => each !== reach);

  expect(refusalOf(() => read(changes, others)).message).toContain(`allow: [${reach}]`);
  expect(messagesModel.forwardRequest(read(changes, [reach]), MODEL, true)).toMatchObject(changes);
});

test.each(["tool_reference", "tool_search_tool_result", "browser_state"])(
  "every stack serves a block of %s, to models of the form",
  (type) => {
    const request = read(assistant({ type }));

    expect(messagesModel.forwardRequest(request, MODEL, true)).toMatchObject(assistant({ type }));
    expect(request.conversation.tools).toMatchObject([{ kind: "own" }]);
  },
);
