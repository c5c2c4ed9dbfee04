/** What models that take Anthropic's Messages format refuse, and how. */
import { expect, test } from "vitest";

import { askModel } from "../../support/local-model.ts";

const MODEL = "anthropic/claude-sonnet-5";
const USER = { role: "user", content: "Hello" };
const USE = { type: "tool_use", id: "toolu_1", name: "tide", input: {} };
const CALLS = { role: "assistant", content: [USE] };
const RESULT = { type: "tool_result", tool_use_id: "toolu_1", content: "high" };
const TOOLS = [{ name: "tide", input_schema: { type: "object" } }];
const THINKS = { thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 };

const TWO = [...TOOLS, { name: "wind", input_schema: { type: "object" } }];

function ask(inputs: object) {
  return askModel(MODEL, { max_tokens: 100, messages: [USER], ...inputs });
}

function user(...content: readonly object[]) {
  return { role: "user", content };
}

function turn(...content: readonly object[]) {
  return { role: "assistant", content };
}

test("a chat without max_tokens is refused", async () => {
  expect(await askModel(MODEL, { messages: [USER] })).toEqual({
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "max_tokens: Field required" },
      request_id: "req_local",
    },
  });
});

test.each([
  [
    "a system message",
    { messages: [{ role: "system", content: "a" }, USER] },
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
  ],
  [
    "a tool's message",
    { messages: [{ role: "tool", content: "a" }] },
    "messages.0.role: Input should be 'user' or 'assistant'",
  ],
  ["no message", { messages: [] }, "messages: at least one message is required"],
  [
    "an empty text",
    { messages: [user({ type: "text", text: "" })] },
    "messages: text content blocks must be non-empty",
  ],
  [
    "an empty message",
    { messages: [{ role: "user", content: "" }] },
    "messages.0: all messages must have non-empty content except for the optional final assistant message",
  ],
  [
    "an empty message of the assistant before the end",
    { messages: [USER, { role: "assistant", content: [] }, USER] },
    "messages.1: all messages must have non-empty content except for the optional final assistant message",
  ],
  [
    "an empty message of the user at the end",
    { messages: [USER, user()] },
    "messages.1: all messages must have non-empty content except for the optional final assistant message",
  ],
  [
    "a content that is no list",
    { messages: [{ role: "user", content: 1 }] },
    "messages.0.content: Input should be a valid list",
  ],
  ["a field of the chat format", { n: 1 }, "n: Extra inputs are not permitted"],
  ["no room for an answer", { max_tokens: 0 }, "max_tokens: must be greater than or equal to 1"],
  ["a limit as text", { max_tokens: "9" }, "max_tokens: Input should be a valid integer"],
  [
    "an image for the system",
    { system: [{ type: "image" }] },
    "system: Input does not match the expected form",
  ],
  ["a cold temperature", { temperature: -1 }, "temperature: range: 0..1"],
  ["a warm temperature", { temperature: 1.5 }, "temperature: range: 0..1"],
  [
    "a choice in the chat format",
    { tools: TOOLS, tool_choice: "auto" },
    "tool_choice: Input should be a valid dictionary or object to extract fields from",
  ],
  [
    "a choice without tools",
    { tool_choice: { type: "auto" } },
    "tool_choice: may only be specified while providing tools",
  ],
  [
    "a choice of an unknown tool",
    { tools: TOOLS, tool_choice: { type: "tool", name: "a" } },
    "tool_choice: Tool 'a' not found in provided tools",
  ],
  [
    "a choice of no known kind",
    { tools: TOOLS, tool_choice: { type: "function" } },
    "tool_choice.type: Input does not match the expected form",
  ],
  [
    "a tool without a name",
    { tools: [{ type: "custom", input_schema: {} }] },
    "tools.0.custom.name: Field required",
  ],
  [
    "a tool without a schema",
    { tools: [{ name: "tide" }] },
    "tools.0.custom.input_schema: Field required",
  ],
  [
    "a call without a result",
    { messages: [USER, CALLS, USER] },
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
  ],
  [
    "two calls without results",
    { messages: [USER, { role: "assistant", content: [USE, { ...USE, id: "toolu_2" }] }] },
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1, toolu_2. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
  ],
  [
    "a result that is not first",
    { messages: [USER, CALLS, user({ type: "text", text: "a" }, RESULT)] },
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
  ],
  [
    "a result without a call",
    { messages: [user(RESULT)] },
    "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
  ],
  [
    "a signature of another's",
    {
      messages: [
        USER,
        { role: "assistant", content: [{ type: "thinking", thinking: "a", signature: "EpIC" }] },
        USER,
      ],
    },
    "messages.1.content.0: Invalid `signature` in `thinking` block",
  ],
  [
    "thinking without a signature",
    {
      messages: [USER, { role: "assistant", content: [{ type: "thinking", thinking: "a" }] }, USER],
    },
    "messages.1.content.0.thinking.signature: Field required",
  ],
  [
    "thinking that it did not hide",
    {
      messages: [
        USER,
        { role: "assistant", content: [{ type: "redacted_thinking", data: "a" }] },
        USER,
      ],
    },
    "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
  ],
  [
    "thinking with a forced tool",
    { ...THINKS, tools: TOOLS, tool_choice: { type: "any" } },
    "Thinking may not be enabled when tool_choice forces tool use.",
  ],
  [
    "adaptive thinking with a forced tool",
    { thinking: { type: "adaptive" }, tools: TOOLS, tool_choice: { type: "tool", name: "tide" } },
    "Thinking may not be enabled when tool_choice forces tool use.",
  ],
  [
    "thinking with a temperature",
    { ...THINKS, temperature: 0 },
    "`temperature` may only be set to 1 when thinking is enabled.",
  ],
  [
    "a small budget",
    { ...THINKS, thinking: { type: "enabled", budget_tokens: 10 } },
    "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
  ],
  [
    "a budget over the limit",
    { ...THINKS, max_tokens: 1024 },
    "`max_tokens` must be greater than `thinking.budget_tokens`.",
  ],
])("%s is refused in Anthropic's form", async (_what, inputs, message) => {
  expect(await ask(inputs)).toMatchObject({
    status: 400,
    body: { type: "error", error: { type: "invalid_request_error", message } },
  });
});

test.each([
  [
    "a tool in the chat format",
    { tools: [{ type: "function", function: {} }] },
    /^tools.0: Input tag 'function'/,
  ],
  [
    "a tool of no known kind",
    { tools: [{ type: "my_bash_1" }] },
    /^tools.0: Input tag 'my_bash_1'/,
  ],
  ["a kind of tool that is no text", { tools: [{ type: 1 }] }, /^tools.0.type: /],
  ["a text that is none", { messages: [user({ type: "text", text: 1 })] }, /^messages.0.content/],
  ["a block whose kind is no text", { messages: [user({ type: 1 })] }, /^messages.0.content/],
  [
    "a form of the answer that is none",
    { output_config: { format: { type: "json_object", schema: {} } } },
    /^output_config.format.type: /,
  ],
  [
    "a content of the chat format",
    { messages: [user({ type: "image_url" })] },
    /^messages.0.content.0: Input tag 'image_url' found .*: 'text', 'image', 'document', /,
  ],
  [
    "calls that follow no thinking",
    {
      ...THINKS,
      messages: [USER, CALLS, user(RESULT, { type: "text", text: "a" })],
      tools: TOOLS,
    },
    /^messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
  ],
])("%s is refused with what was expected", async (_what, inputs, message) => {
  expect(await ask(inputs)).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(message) } },
  });
});

test.each([
  ["thinking at its own temperature", { ...THINKS, temperature: 1 }],
  [
    "thinking after a turn without calls",
    { ...THINKS, messages: [USER, { role: "assistant", content: "a" }, USER] },
  ],
  ["no thinking with a small budget", { thinking: { type: "disabled", budget_tokens: 1 } }],
  ["thinking between tools", { thinking: { type: "between_tools" } }],
  [
    "adaptive thinking after calls that follow none",
    { thinking: { type: "adaptive" }, messages: [USER, CALLS, user(RESULT)], tools: TOOLS },
  ],
  ["an empty message of the assistant at the end", { messages: [USER, turn()] }],
  ["a choice among several tools", { tools: TWO, tool_choice: { type: "tool", name: "tide" } }],
  ["a tool without a type", { tools: [{ ...TOOLS[0], type: null }] }],
  ["a tool of the API's own", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
  ["texts for the system", { system: [{ type: "text", text: "a" }] }],
  ["a schema that is null", { output_format: null, output_config: { format: null } }],
])("%s is answered", async (_what, inputs) => {
  expect(await ask(inputs)).toMatchObject({ status: 200 });
});

// https://docs.claude.com/en/api/messages
test.each([
  "image",
  "document",
  "search_result",
  "server_tool_use",
  "web_search_tool_result",
  "web_fetch_tool_result",
  "code_execution_tool_result",
])("a block of the kind %s is taken", async (type) => {
  expect(await ask({ messages: [user({ type })] })).toMatchObject({
    status: 200,
    body: { content: [{ text: expect.stringContaining(`You said: [${type}]`) }] },
  });
});

test("adaptive thinking needs no budget, and is shown", async () => {
  expect(await ask({ thinking: { type: "adaptive" } })).toMatchObject({
    body: { content: [{ type: "thinking" }, { type: "text" }] },
  });
});

test("neighbouring messages of one role are one turn", async () => {
  const other = { ...USE, id: "toolu_2" };
  const result = { ...RESULT, tool_use_id: "toolu_2", content: [{ type: "text", text: "low" }] };
  const calls = { role: "assistant", content: [other] };
  const messages = [USER, USER, CALLS, calls, user(RESULT), user(result)];

  expect(await ask({ messages, tools: TOOLS })).toMatchObject({
    status: 200,
    body: {
      content: [{ text: expect.stringMatching(/The tools answered: high; low$/) }],
      stop_reason: "end_turn",
    },
  });
});

test("a text after the results is the next prompt", async () => {
  const messages = [USER, CALLS, user(RESULT, { type: "text", text: "tide" })];

  expect(await ask({ messages, tools: TOOLS })).toMatchObject({
    body: { content: [{ type: "tool_use", name: "tide" }], stop_reason: "tool_use" },
  });
});

test("thinking goes back to the model that it came from, and to no other", async () => {
  const { body } = await ask({
    ...THINKS,
    messages: [{ role: "user", content: "tide" }],
    tools: TOOLS,
  });
  const { content } = Object(body);
  const messages = [
    USER,
    { role: "assistant", content },
    user({ ...RESULT, tool_use_id: content[1].id }),
  ];
  const inputs = { ...THINKS, messages, tools: TOOLS };

  expect(content).toMatchObject([
    { type: "thinking", signature: expect.stringMatching(/./) },
    { type: "tool_use" },
  ]);
  expect(await askModel(MODEL, inputs)).toMatchObject({ status: 200 });
  expect(await askModel("anthropic/claude-opus-5", inputs)).toMatchObject({
    status: 400,
    body: { error: { message: "messages.1.content.0: Invalid `signature` in `thinking` block" } },
  });
});

test("an answer over the limit ends with max_tokens", async () => {
  expect(await ask({ max_tokens: 3 })).toMatchObject({
    body: {
      content: [{ text: "This is the " }],
      stop_reason: "max_tokens",
      usage: { output_tokens: 3 },
    },
  });
});

test.each([
  ["output_config", { output_config: { format: { type: "json_schema", schema: { const: [1] } } } }],
  ["output_format", { output_format: { type: "json_schema", schema: { const: [1] } } }],
])("%s has its JSON as text", async (_what, inputs) => {
  expect(await ask(inputs)).toMatchObject({ body: { content: [{ type: "text", text: "[1]" }] } });
});
