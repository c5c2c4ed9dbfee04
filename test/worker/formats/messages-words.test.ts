/** What Anthropic's Messages form asks for, counts and refuses, at its edges. */
import { expect, test } from "vitest";

import { messagesError } from "../../../worker/chat/formats/anthropic-messages/errors.ts";
import {
  messagesCaller,
  messagesModel,
} from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import { isPlain, wrapProof } from "../../../worker/chat/formats/anthropic-messages/signature.ts";
import { readUsage, writeUsage } from "../../../worker/chat/formats/anthropic-messages/usage.ts";
import type { Answer, Conversation, Message } from "../../../worker/chat/formats/conversation.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { kindOfTool } from "../../../worker/chat/formats/tool-kinds.ts";
import { conversation, HEAD, MODEL, read } from "../../support/messages.ts";
import { refusalOf } from "../../support/responses.ts";

const write = (changes: Partial<Conversation>): Record<string, unknown> =>
  Object(
    JSON.parse(JSON.stringify(messagesModel.writeRequest(conversation(changes), MODEL, false))),
  );
const text = (value: string) => ({ type: "text", text: value }) as const;

test.each<[object, string | undefined]>([
  [{}, undefined],
  [{ thinking: { type: "enabled", budget_tokens: 4096 }, max_tokens: 99_999 }, "low"],
  [{ thinking: { type: "enabled", budget_tokens: 4097 }, max_tokens: 99_999 }, "medium"],
  [{ thinking: { type: "enabled", budget_tokens: 16_384 }, max_tokens: 99_999 }, "medium"],
  [{ thinking: { type: "enabled", budget_tokens: 16_385 }, max_tokens: 99_999 }, "high"],
  [{ thinking: { type: "adaptive" } }, undefined],
  [{ output_config: { effort: "max" } }, "xhigh"],
  [{ output_config: { effort: "low" } }, "low"],
  [{ output_config: { effort: "low" }, thinking: { type: "disabled" } }, undefined],
])("the effort of %j is %s", (fields, effort) => {
  expect(read(fields).conversation.effort).toBe(effort);
});

const LOOK = { kind: "function", name: "look", schema: { type: "object" } } as const;

test.each<[Partial<Conversation>, object]>([
  [{}, {}],
  [{ effort: "none" }, { thinking: { type: "disabled" } }],
  [{ effort: "minimal" }, { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
  [{ effort: "high" }, { thinking: { type: "adaptive" }, output_config: { effort: "high" } }],
])("an effort is written: %j", (changes, fields) => {
  expect(write(changes)).toMatchObject(fields);
  expect("thinking" in write(changes)).toBe("thinking" in fields);
});

test("a tool that must be called leaves no room for thinking", () => {
  const written = write({ effort: "high", tools: [LOOK], toolChoice: { mode: "required" } });

  expect(written).toMatchObject({ output_config: { effort: "high" } });
  expect(written).not.toHaveProperty("thinking");
});

test.each<[object, object | undefined]>([
  [{}, undefined],
  [{ input_tokens: 1 }, undefined],
  [{ output_tokens: 1 }, undefined],
  [
    { input_tokens: 1, output_tokens: 2 },
    { input: 1, output: 2, total: 3 },
  ],
  [
    {
      input_tokens: 1,
      output_tokens: 2,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 8,
      output_tokens_details: { thinking_tokens: 1 },
    },
    { input: 13, output: 2, total: 15, cached: 4, cacheWritten: 8, reasoning: 1 },
  ],
])("counts of %j are read", (given, usage) => {
  expect(readUsage(given)).toEqual(usage);
});

test("what is not counted is written as 0, or not at all", () => {
  const counts = {
    input_tokens: 0,
    output_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };

  expect(writeUsage(undefined)).toStrictEqual(counts);
  expect(writeUsage({ input: 1, output: 0, total: 1, cached: 2 })).toStrictEqual({
    ...counts,
    cache_read_input_tokens: 2,
  });
});

test.each([
  ["s", true],
  ["", false],
  [null, false],
  [undefined, false],
  [wrapOpaque("m", 1), false],
])("%j is a proof as it came: %s", (value, expected) => {
  expect(isPlain(value)).toBe(expected);
});

test.each<[readonly Message[], readonly object[]]>([
  [
    [{ role: "user", content: [text(""), { ...text("a"), isCacheMark: true }, text("b")] }],
    [
      {
        role: "user",
        content: [{ ...text("a"), cache_control: { type: "ephemeral" } }, text("b")],
      },
    ],
  ],
  [
    [
      { role: "tool", callId: "a.b", content: [text("a")] },
      { role: "tool", callId: "c", content: [], isError: true },
      { role: "user", content: [text("b")] },
    ],
    [
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a_b", content: [text("a")] },
          { type: "tool_result", tool_use_id: "c", content: [], is_error: true },
          text("b"),
        ],
      },
    ],
  ],
  [
    [
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "t" },
          { type: "reasoning", text: "t", opaque: wrapProof(MODEL.id, { signature: "s" }) },
          { type: "reasoning", text: "t", opaque: wrapProof("other", { signature: "s" }) },
          { type: "reasoning", text: "", opaque: wrapProof(MODEL.id, { data: "d" }) },
          { type: "refusal", text: "No" },
          { type: "call", id: "1", name: "look", input: "" },
          { type: "call", id: "2", name: "look", input: "[]" },
          { type: "call", id: "3", name: "look", input: '{"a":1}', isCustom: true },
        ],
      },
    ],
    [
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "t", signature: "s" },
          { type: "redacted_thinking", data: "d" },
          text("No"),
          { type: "tool_use", id: "1", name: "look", input: {} },
          { type: "tool_use", id: "2", name: "look", input: { input: "[]" } },
          { type: "tool_use", id: "3", name: "look", input: { input: '{"a":1}' } },
        ],
      },
    ],
  ],
  [
    [
      {
        role: "user",
        content: [
          { type: "image", url: "https://a.test/data:image/png;base64,QQ==" },
          { type: "image", url: "data:image/png;base64,QQ==" },
          { type: "document", url: "data:application/pdf;base64,QQ==" },
          { type: "document", url: "data:application/pdf;base64,QQ==", name: "n" },
        ],
      },
    ],
    [
      {
        role: "user",
        content: [
          {
            type: "image",
            source: { type: "url", url: "https://a.test/data:image/png;base64,QQ==" },
          },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "QQ==" } },
          ...[{}, { title: "n" }].map((title) => ({
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "QQ==" },
            ...title,
          })),
        ],
      },
    ],
  ],
])("messages are written as turns of blocks: %j", (messages, turns) => {
  expect(write({ messages })["messages"]).toStrictEqual(turns);
});

test.each(["data:text/plain;base64,QQ==", "data:application/pdf;base64,", "https://a.test/a.pdf"])(
  "a document of %s is refused by its message",
  (url) => {
    const messages: readonly Message[] = [{ role: "user", content: [{ type: "document", url }] }];

    expect(refusalOf(() => write({ messages }))).toEqual({
      status: 400,
      code: "invalid_value",
      param: "messages.0",
      message: "messages.0: of documents, this model takes PDF alone",
    });
  },
);

test("JSON without a schema is asked for in words, and with one by the schema", () => {
  const alone = text("Answer with one JSON object and nothing else.");

  expect(write({ answerFormat: { type: "json" } })["system"]).toEqual([alone]);
  expect(write({ answerFormat: { type: "schema", name: "n" } })["system"]).toEqual([alone]);
  expect(
    write({ answerFormat: { type: "schema", name: "n", schema: { type: "object" } } }),
  ).not.toHaveProperty("system");
});

test.each<[object, string]>([
  [{ tools: [{ type: "web_search" }] }, "tools.0.type: no such tool is served here"],
  [{ tools: [{ type: "computer_20250124x" }] }, "tools.0.type: no such tool is served here"],
  [{ tools: [{ type: "mcp_toolsets" }] }, "tools.0.type: no such tool is served here"],
  [{ tools: [{ type: "custom" }] }, "tools.0.name: missing; tools.0.input_schema: missing"],
  [{ tools: [{ type: null }] }, "tools.0.name: missing; tools.0.input_schema: missing"],
  ...["bash", "telepathy", "x_bash_code_execution"].map((name): [object, string] => [
    { messages: [{ role: "assistant", content: [{ type: "server_tool_use", name }] }] },
    "messages.0.content.0.name: no such tool is served here",
  ]),
])("%j is refused in these words", (fields, message) => {
  expect(refusalOf(() => read(fields))).toMatchObject({ status: 400, message });
});

test.each([
  ["bash", "client"],
  ["text_editor_20250728", "client"],
  ["computer_2025_01_24", "client"],
  ["computer_toolset", "client"],
  ["browser_toolset", "client"],
  ["memory", "client"],
  ["tool_search_tool_bm25", "model"],
  ["tool_search_tool_regex", "model"],
  ["function", "client"],
  ["custom", "client"],
  ["namespace", "client"],
  ["tool_search", "client"],
  ["computer_use_preview", "client"],
  ["local_shell", "client"],
  ["shell", "client"],
  ["apply_patch", "client"],
  ["web_search", "web_search"],
  ["web_search_preview", "web_search"],
  ["web_fetch", "web_fetch"],
  ["code_execution", "code_execution"],
  ["code_interpreter", "code_execution"],
  ["programmatic_tool_calling", "code_execution"],
  ["file_search", "file_search"],
  ["image_generation", "image_generation"],
  ["mcp_toolset", "mcp"],
  ["mcp", "mcp"],
  ["bash_20250124_x", undefined],
  ["telepathy", undefined],
])("a tool of type %s is carried out by %s", (type, by) => {
  const kind = kindOfTool(type);

  expect(kind?.by === "provider" ? kind.reach : kind?.by).toBe(by);
});

const answerOf = (content: object): Answer | undefined =>
  messagesModel.readAnswer({ role: "assistant", ...content }, MODEL);

test.each<[string, object, readonly object[]]>([
  ["a text in place of blocks", { content: "a" }, [text("a")]],
  ["an empty text", { content: [text("")] }, []],
  [
    "a thought without a proof",
    { content: [{ type: "thinking", thinking: "t" }] },
    [{ type: "reasoning", text: "t" }],
  ],
  [
    "arguments as a text",
    { content: [{ type: "tool_use", id: "1", name: "look", input: '{"a":1}' }] },
    [{ type: "call", id: "1", name: "look", input: '{"a":1}' }],
  ],
  [
    "no arguments",
    { content: [{ type: "tool_use", id: null, name: "look" }] },
    [{ type: "call", id: "", name: "look", input: "{}" }],
  ],
])("an answer with %s is read", (_, body, content) => {
  expect(answerOf({ type: "message", ...body })?.content).toStrictEqual(content);
});

test.each<[Answer["reason"], Answer["content"], object]>([
  ["stop", [text("a"), text("")], { type: "message", stop_reason: "end_turn", stop_details: null }],
  ["length", [], { stop_reason: "max_tokens", stop_details: null }],
  [
    "stop",
    [{ type: "refusal", text: "No" }],
    {
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: null, explanation: null },
    },
  ],
])("an answer that ends for %s is written: %j", (reason, content, message) => {
  expect(messagesCaller.writeAnswer({ content, reason }, HEAD)).toMatchObject(message);
});

test.each<[Answer["content"], readonly object[]]>([
  [[{ type: "reasoning", text: "", opaque: "p" }], [{ type: "redacted_thinking", data: "p" }]],
  [
    [{ type: "reasoning", text: "t", opaque: "p" }],
    [{ type: "thinking", thinking: "t", signature: "p" }],
  ],
  [[{ type: "reasoning", text: "" }], [{ type: "thinking", thinking: "", signature: "" }]],
  [
    [{ type: "call", id: "1", name: "look", input: "" }],
    [{ type: "tool_use", id: "1", name: "look", input: {} }],
  ],
  [
    [{ type: "call", id: "1", name: "look", input: "{" }],
    [{ type: "tool_use", id: "1", name: "look", input: { input: "{" } }],
  ],
  [[text(""), text("a")], [{ ...text("a"), citations: null }]],
])("of %j a caller gets the blocks %j", (content, blocks) => {
  expect(messagesCaller.writeAnswer({ content, reason: "stop" }, HEAD)).toMatchObject({
    content: blocks,
  });
});

test("an error has the ids and the field that there are, and no others", () => {
  const refusal = { status: 400, code: "invalid_value", message: "m" } as const;

  expect(messagesError(refusal)).toStrictEqual({
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "m",
      details: { error_code: "invalid_value" },
    },
  });
  expect(messagesError({ ...refusal, param: "p" }, { event_id: "e" })).toStrictEqual({
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "m",
      details: { error_code: "invalid_value", param: "p" },
      event_id: "e",
    },
    request_id: "e",
  });
});

test("clients' nulls of a tool reach no model of the form", () => {
  const tools = [{ type: null, name: "look", description: null, input_schema: {} }];
  const forwarded = messagesModel.forwardRequest(read({ tools }), MODEL, true);

  expect(forwarded).toMatchObject({ tools: [{ name: "look", input_schema: {} }] });
  expect(Object(forwarded).tools[0]).not.toHaveProperty("type");
  expect(messagesModel.forwardRequest(read(), MODEL, true)).not.toHaveProperty("tools");
});
