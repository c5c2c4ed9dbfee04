/** What becomes of a request in Anthropic's Messages format: as a conversation, and to a model of the same form. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { REACHES } from "../../../worker/chat/env.ts";
import { messagesModel } from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { RefusalError } from "../../../worker/chat/refusal.ts";
import { MODEL, OTHER, read, readTurn } from "../../support/messages.ts";
import { runs } from "../../support/runs.ts";

const PNG = { type: "base64", media_type: "image/png", data: "aGk=" };
const SEEN = { type: "image", url: "data:image/png;base64,aGk=" };
const LOOK = { name: "look", input_schema: { type: "object", properties: {} } };
const mark = { type: "ephemeral" };
const text = (value: string) => ({ type: "text", text: value });

test("a system prompt, as a text or in blocks, is the first message", () => {
  const blocks = [text("Be"), { ...text("polite"), cache_control: mark }];

  expect(read({ system: "Be polite" }).conversation.messages).toMatchObject([
    { role: "system", content: [text("Be polite")] },
    { role: "user" },
  ]);
  expect(read({ system: blocks }).conversation.messages[0]).toEqual({
    role: "system",
    content: [text("Be"), { ...text("polite"), isCacheMark: true }],
  });
});

test("a system message within the conversation keeps its place", () => {
  const { messages } = read({
    messages: [
      { role: "user", content: "Hi" },
      { role: "system", content: "Be polite" },
      { role: "user", content: "Ho" },
    ],
  }).conversation;

  expect(messages.map(({ role }) => role)).toEqual(["user", "system", "user"]);
});

test("images come as data or by address", () => {
  const content = [
    { type: "image", source: PNG },
    { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
  ];

  expect(readTurn(content)).toEqual([
    { role: "user", content: [SEEN, { type: "image", url: "https://example.com/a.png" }] },
  ]);
});

test("documents come as PDF, as text, or as blocks with images", () => {
  const pdf = { type: "base64", media_type: "application/pdf", data: "aGk=" };
  const plain = { type: "text", media_type: "text/plain", data: "Ships sail" };
  const blocks = { type: "content", content: [text("Port"), { type: "image", source: PNG }] };
  const content = [
    { type: "document", title: "A", source: pdf },
    { type: "document", title: "B", context: "old", source: plain },
    { type: "document", source: blocks },
  ];

  expect(readTurn(content)).toEqual([
    {
      role: "user",
      content: [
        { type: "document", url: "data:application/pdf;base64,aGk=", name: "A" },
        text("B\nold\nShips sail"),
        text("Port"),
        SEEN,
      ],
    },
  ]);
});

test("a search result is a text with its title and source", () => {
  const result = {
    type: "search_result",
    title: "Ships",
    source: "a://b",
    content: [text("sail")],
  };

  expect(readTurn([result])).toEqual([{ role: "user", content: [text("Ships\na://b\nsail")] }]);
});

test("results of tools come before what the user writes in the same turn", () => {
  const content = [
    text("And now?"),
    { type: "tool_result", tool_use_id: "a", content: "31 °C" },
    { type: "tool_result", tool_use_id: "b", is_error: true },
  ];

  expect(readTurn(content)).toEqual([
    { role: "tool", callId: "a", content: [text("31 °C")] },
    { role: "tool", callId: "b", content: [], isError: true },
    { role: "user", content: [text("And now?")] },
  ]);
});

test("a result of a tool may have images", () => {
  const content = [text("Look"), { type: "image", source: PNG }];

  expect(readTurn([{ type: "tool_result", tool_use_id: "a", content }])).toEqual([
    { role: "tool", callId: "a", content: [text("Look"), SEEN] },
  ]);
});

test("an assistant's turn has texts, thinking and calls in their order", () => {
  const content = [
    { type: "thinking", thinking: "Hm", signature: "c2ln" },
    { type: "redacted_thinking", data: "ZGF0YQ" },
    text("Let me look"),
    { type: "tool_use", id: "a", name: "look", input: { city: "Rome" } },
  ];

  expect(readTurn(content, "assistant")).toEqual([
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "Hm", opaque: "c2ln" },
        { type: "reasoning", text: "", opaque: "ZGF0YQ" },
        text("Let me look"),
        { type: "call", id: "a", name: "look", input: '{"city":"Rome"}' },
      ],
    },
  ]);
});

test("tools of the caller's own are functions", () => {
  const tool = { ...LOOK, description: "Looks", strict: true };

  expect(read({ tools: [tool, { ...LOOK, type: "custom" }] }).conversation.tools).toEqual([
    {
      kind: "function",
      name: "look",
      description: "Looks",
      schema: LOOK.input_schema,
      strict: true,
    },
    { kind: "function", name: "look", schema: LOOK.input_schema },
  ]);
});

test.each([
  ["bash_20250124"],
  ["text_editor_20250728"],
  ["computer_20251124"],
  ["computer_toolset_20260801"],
  ["browser_toolset_20260801"],
  ["memory_20250818"],
  ["tool_search_tool_regex_20251119"],
])("%s needs no permission, and is for models of this form alone", (type) => {
  const { conversation, fields } = read({ tools: [{ type, name: "any" }] });

  expect(conversation.tools).toEqual([{ kind: "own", type, path: "tools.0" }]);
  expect(fields).toMatchObject({ tools: [{ type, name: "any" }] });
});

const turn = (...content: object[]) => ({ messages: [{ role: "user", content }] });
const ASKS = [
  ["web_search", "tools.0.type", { tools: [{ type: "web_search_20260318", name: "any" }] }],
  ["web_fetch", "tools.0.type", { tools: [{ type: "web_fetch_20250910", name: "any" }] }],
  ["code_execution", "tools.0.type", { tools: [{ type: "code_execution_20260521" }] }],
  ["mcp", "tools.0.type", { tools: [{ type: "mcp_toolset", mcp_server_name: "any" }] }],
  ["mcp", "mcp_servers", { mcp_servers: [{ type: "url", url: "https://example.com" }] }],
  ["code_execution", "container", { container: "container_1" }],
  ["code_execution", "container", { container: { skills: [] } }],
  ["store", "thread", { thread: { type: "create" } }],
  [
    "files",
    "messages.0.content.0.source",
    turn({ type: "image", source: { type: "file", file_id: "file_1" } }),
  ],
  [
    "files",
    "messages.0.content.0.source",
    turn({ type: "document", source: { type: "file", file_id: "file_1" } }),
  ],
  [
    "files",
    "messages.0.content.0.content.0.source",
    turn({
      type: "tool_result",
      tool_use_id: "a",
      content: [{ type: "image", source: { type: "file", file_id: "file_1" } }],
    }),
  ],
  [
    "files",
    "messages.0.content.0.source.content.0.source",
    turn({
      type: "document",
      source: {
        type: "content",
        content: [{ type: "image", source: { type: "file", file_id: "file_1" } }],
      },
    }),
  ],
  ["files", "messages.0.content.0", turn({ type: "container_upload", file_id: "file_1" })],
  [
    "web_fetch",
    "messages.0.content.0.source.url",
    turn({ type: "document", source: { type: "url", url: "https://example.com/a.pdf" } }),
  ],
  [
    "web_search",
    "messages.0.content.0",
    {
      messages: [{ role: "assistant", content: [{ type: "server_tool_use", name: "web_search" }] }],
    },
  ],
  [
    "code_execution",
    "messages.0.content.0",
    {
      messages: [
        { role: "assistant", content: [{ type: "server_tool_use", name: "bash_code_execution" }] },
      ],
    },
  ],
  ["web_search", "messages.0.content.0", turn({ type: "web_search_tool_result", content: [] })],
  ["mcp", "messages.0.content.0", turn({ type: "mcp_tool_result", content: [] })],
] as const;

test.each(ASKS)("%s is refused as %s", (reach, path, changes) => {
  const others = REACHES.filter((each) => each !== reach);

  expect(() => read(changes, others)).toThrow(`${path} is not allowed here`);
});

test.each(ASKS)("%s, allowed, reaches models of this form alone as %s", (reach, path, changes) => {
  const { conversation, fields } = read(changes, [reach]);

  expect(conversation.tools).toMatchObject([{ kind: "own" }]);
  expect(`${path}.type`).toContain(Object(conversation.tools[0]).path);
  expect(fields).toMatchObject(changes);
});

test.each([
  [{ tools: [{ type: "teleport_20260101", name: "any" }] }, "tools.0.type: no such tool"],
  [{ tools: [{ type: "local_shell" }] }, "tools.0.type: no such tool"],
  [{ tools: [{ type: "function", function: { name: "look" } }] }, "tools.0.type: no such tool"],
  [{ tools: [{ type: "advisor_20260301", name: "advisor" }] }, "tools.0.type: no such tool"],
  [turn({ type: "hologram" }), "messages.0.content.0.type: expected"],
  [
    turn({ type: "tool_result", tool_use_id: "a", content: [{ type: "hologram" }] }),
    "messages.0.content.0.content.0.type: expected",
  ],
  [
    { messages: [{ role: "assistant", content: [{ type: "server_tool_use", name: "teleport" }] }] },
    "messages.0.content.0.name: no such tool",
  ],
  [
    turn({ type: "image", source: { type: "url", url: "http://example.com/a.png" } }),
    "messages.0.content.0.source.url: expected an https: address",
  ],
  [{ cache_control: { type: "ephemeral", ttl: "24h" } }, "cache_control.ttl: expected"],
  [{ max_tokens: undefined }, "max_tokens: missing"],
  [{ messages: [] }, "messages"],
  [{ messages: [{ role: "tool", content: "31 °C" }] }, "messages.0.role: expected"],
  [{ compaction: { type: "summarize" } }, "compaction is not supported"],
])("%j is refused by its name", (changes, message) => {
  expect(() => read(changes, REACHES)).toThrow(message);
});

test.each([
  [{ type: "auto" }, { mode: "auto" }],
  [{ type: "any" }, { mode: "required" }],
  [{ type: "none" }, { mode: "none" }],
  [
    { type: "tool", name: "look" },
    { mode: "required", only: ["look"] },
  ],
])("the choice %j is read", (tool_choice, toolChoice) => {
  expect(read({ tool_choice }).conversation.toolChoice).toEqual(toolChoice);
});

test("one call at a time is one call at a time, and else the model's own way", () => {
  const tool_choice = { type: "auto", disable_parallel_tool_use: true };

  expect(read({ tool_choice }).conversation.parallelCalls).toBe(false);
  expect(read({ tool_choice: { type: "auto" } }).conversation.parallelCalls).toBeUndefined();
});

// Anthropic refuses a choice where there are no tools.
test.each([
  [{ tool_choice: { type: "auto" } }, false],
  [{ tool_choice: { type: "none" }, tools: [] }, false],
  [{ tool_choice: { type: "any" } }, true],
  [{ tool_choice: { type: "auto" }, tools: [LOOK] }, true],
])("of %j a model of Messages gets the choice: %s", (changes, isKept) => {
  const { fields } = read(changes);

  expect("tool_choice" in fields).toBe(isKept);
  expect(fields).toHaveProperty("messages");
});

test("a field that is null, empty or without a value reaches no model", () => {
  const empty = { system: "", metadata: {}, stop_sequences: [], temperature: null };

  expect(Object.keys(read({ ...empty, max_tokens: 9 }).fields).toSorted()).toEqual([
    "max_tokens",
    "messages",
  ]);
});

test.each([
  [{ thinking: { type: "enabled", budget_tokens: 1_024 } }, "low"],
  [{ thinking: { type: "enabled", budget_tokens: 10_000 } }, "medium"],
  [{ thinking: { type: "enabled", budget_tokens: 31_999 } }, "high"],
  [{ thinking: { type: "adaptive" } }, undefined],
  [{ thinking: { type: "adaptive" }, output_config: { effort: "max" } }, "xhigh"],
  [{ output_config: { effort: "low" } }, "low"],
  [{ thinking: { type: "disabled" }, output_config: { effort: "high" } }, undefined],
])("%j is the effort %s", (changes, effort) => {
  expect(read(changes).conversation.effort).toBe(effort);
});

test("a schema for the answer is read under its name and its older one", () => {
  const format = { type: "json_schema", schema: { type: "object" } };

  for (const changes of [{ output_config: { format } }, { output_format: format }]) {
    const { conversation, fields } = read(changes);
    expect(conversation.answerFormat).toMatchObject({ type: "schema", schema: format.schema });
    expect(fields).toMatchObject({ output_config: { format } });
    expect(fields).not.toHaveProperty("output_format");
  }
});

test("limits and sampling are read", () => {
  const sampling = { temperature: 0.5, top_p: 0.9, top_k: 5, stop_sequences: ["."] };

  expect(read(sampling).conversation).toMatchObject({
    maxTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 5,
    stop: ["."],
  });
});

test("what Claude Code sends is served, and what is not sent on is named", () => {
  const { fields, ignored } = read({
    system: [{ ...text("You are Claude Code"), cache_control: { type: "ephemeral", ttl: "1h" } }],
    tools: [{ ...LOOK, eager_input_streaming: true }],
    metadata: { user_id: "user_1" },
    thinking: { type: "adaptive", display: "summarized", block_binding: {} },
    output_config: { effort: "high", task_budget: { type: "tokens", total: 9 } },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    betas: ["context-management-2025-06-27"],
    temperature: 1,
    stream: true,
    new_in_december: true,
  });

  expect(ignored).toEqual(["context_management", "betas", "new_in_december"]);
  expect(fields).toEqual({
    max_tokens: 100,
    messages: [{ role: "user", content: "Hi" }],
    system: [{ ...text("You are Claude Code"), cache_control: { type: "ephemeral", ttl: "1h" } }],
    tools: [{ ...LOOK, eager_input_streaming: true }],
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: "high" },
    temperature: 1,
    metadata: { user_id: "user_1" },
  });
});

test("where an answer shall be made is for models of this form alone", () => {
  const { fields, conversation } = read({ inference_geo: "us" });

  expect(fields).toMatchObject({ inference_geo: "us" });
  expect(conversation.tools).toEqual([
    { kind: "own", type: "inference_geo", path: "inference_geo" },
  ]);
});

test("fields that are null or empty are as absent", () => {
  const nulls = { system: null, tools: [], stop_sequences: [], mcp_servers: [], container: null };

  expect(read({ ...nulls, thread: null, metadata: null })).toMatchObject({
    fields: { max_tokens: 100, messages: [{ role: "user", content: "Hi" }] },
    ignored: [],
  });
  expect(Object.keys(read(nulls).fields).toSorted()).toEqual(["max_tokens", "messages"]);
});

test("a model of the same form gets the messages as they came", () => {
  const messages = [
    { role: "user", content: [{ ...text("Hi"), cache_control: mark, citations: null }] },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm", signature: "c2ln" },
        { type: "redacted_thinking", data: "ZGF0YQ" },
        { type: "tool_use", id: "a", name: "look", input: { constructor: 1 }, caller: null },
      ],
    },
    turn({ type: "tool_result", tool_use_id: "a", cache_control: mark }).messages[0],
  ];

  expect(forward({ messages, stream: true })).toEqual({ max_tokens: 100, messages, stream: true });
});

test("a fallback of the same form gets no thinking, and no message that is empty", () => {
  const thinking = { type: "thinking", thinking: "Hm", signature: "c2ln" };
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [thinking, text("Yes")] },
    { role: "assistant", content: [{ type: "redacted_thinking", data: "ZGF0YQ" }] },
  ];

  expect(forward({ messages }, false)).toMatchObject({
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [text("Yes")] },
    ],
  });
});

test("a proof that the Worker wrapped goes back to its model, and to no other", () => {
  const content = [
    { type: "thinking", thinking: "A", signature: wrapOpaque(MODEL.id, { signature: "c2ln" }) },
    { type: "thinking", thinking: "B", signature: wrapOpaque(OTHER.id, { signature: "c2ln" }) },
    { type: "redacted_thinking", data: wrapOpaque(MODEL.id, { data: "ZGF0YQ" }) },
    text("Yes"),
  ];

  expect(forward({ messages: [{ role: "assistant", content }] })).toMatchObject({
    messages: [
      {
        content: [
          { type: "thinking", thinking: "A", signature: "c2ln" },
          { type: "redacted_thinking", data: "ZGF0YQ" },
          text("Yes"),
        ],
      },
    ],
  });
});

test("no request makes the reader throw anything but a refusal", () => {
  const words = fc.constantFrom("type", "role", "content", "source", "tools", "messages", "text");
  const leaf = fc.oneof(
    fc.constantFrom("text", "user", "image", "url"),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const object = fc.dictionary(words, leaf, { maxKeys: 4 });
  const value = fc.oneof(leaf, object, fc.array(object, { maxLength: 3 }));

  fc.assert(
    fc.property(fc.dictionary(words, value, { maxKeys: 4 }), value, (fields, content) => {
      for (const changes of [fields, { messages: [{ role: "user", content }] }]) {
        expect(faultOf(changes)).toBeUndefined();
      }
    }),
    runs(200, 20_000),
  );
});

function forward(changes: object, isRequested = true): object {
  return messagesModel.forwardRequest(read(changes), MODEL, isRequested);
}

/** Returns what reading a request throws, but for a refusal. */
function faultOf(changes: object): unknown {
  try {
    read(changes, REACHES);
  } catch (error) {
    return error instanceof RefusalError && error.refusal.status === 400 ? undefined : error;
  }
  return undefined;
}
