/** What models that take OpenAI's chat format refuse, and how. */
import { expect, test } from "vitest";

import { askModel } from "../../support/local-model.ts";

const USER = { role: "user", content: "Hello" };
const CALL = { id: "call_1", type: "function", function: { name: "tide", arguments: "{}" } };
const CALLS = { role: "assistant", content: null, tool_calls: [CALL] };
const RESULT = { role: "tool", tool_call_id: "call_1", content: "high" };
const TOOLS = [{ type: "function", function: { name: "tide" } }];

test.each([
  ["the Responses format", { input: "Hello" }, "Missing required parameter: 'messages'."],
  ["a field that is not known", { messages: [USER], top_k: 1 }, "Unknown parameter: 'top_k'."],
  [
    "an unknown role",
    { messages: [{ role: "model", content: "" }] },
    "Invalid value: 'model'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
  ],
  [
    "a result without a call",
    { messages: [USER, RESULT] },
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  ],
  [
    "a result of another call",
    { messages: [USER, CALLS, { ...RESULT, tool_call_id: "fc_1" }] },
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  ],
  [
    "a call without a result",
    { messages: [USER, CALLS, USER] },
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1",
  ],
  [
    "a call without a result at the end",
    { messages: [USER, CALLS] },
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1",
  ],
  [
    "a choice without tools",
    { messages: [USER], tool_choice: "auto" },
    "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
  ],
  [
    "a tool of another form",
    { messages: [USER], tools: [{ type: "web_search" }] },
    "Invalid value: 'web_search'. Supported values are: 'function' and 'custom'.",
  ],
])("%s is refused in OpenAI's form", async (_what, inputs, message) => {
  expect(await askModel("openai/gpt-4o", inputs)).toMatchObject({
    status: 400,
    body: { error: { type: "invalid_request_error", message } },
  });
});

test("a history of calls and results is answered, and the results are quoted", async () => {
  const messages = [USER, CALLS, RESULT];

  expect(await askModel("openai/gpt-4o", { messages, tools: TOOLS })).toMatchObject({
    status: 200,
    body: {
      choices: [
        {
          message: { content: expect.stringMatching(/The tools answered: high$/) },
          finish_reason: "stop",
        },
      ],
    },
  });
});

test("fields that OpenAI does not know pass to another provider's model", async () => {
  const inputs = { messages: [USER], top_k: 1, reasoning_effort: "low" };

  expect(await askModel("google/gemini-3-flash", inputs)).toMatchObject({
    status: 200,
    body: { choices: [{ message: { reasoning_content: "The user's message has 5 characters." } }] },
  });
});

test("an answer over the limit ends with length", async () => {
  const inputs = { messages: [USER], max_completion_tokens: 3 };

  expect(await askModel("openai/gpt-4o", inputs)).toMatchObject({
    body: {
      choices: [{ message: { content: "This is the " }, finish_reason: "length" }],
      usage: { completion_tokens: 3 },
    },
  });
});

test.each([
  ["content that is null", { role: "assistant", content: null }, "/messages/0/content"],
  [
    "a list of texts",
    { role: "user", content: [{ type: "text", text: "" }] },
    "/messages/0/content",
  ],
  ["the role developer", { role: "developer", content: "" }, "/messages/0/role"],
])("an older model of Workers AI refuses %s", async (_what, message, place) => {
  expect(await askModel("@cf/meta/llama", { messages: [message] })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 5006, message: expect.stringContaining(place) }], success: false },
  });
});

test("an older model of Workers AI calls tools in its own form, without ids", async () => {
  const messages = [{ role: "user", content: 'tide {"port":"Brest"}' }];

  expect((await askModel("@cf/meta/llama", { messages, tools: TOOLS })).body).toMatchObject({
    response: null,
    tool_calls: [{ name: "tide", arguments: { port: "Brest" } }],
  });
});

test("an older model of Workers AI answers JSON parsed, and says where it was cut", async () => {
  const json_schema = { type: "object", properties: { a: { const: 1 } }, required: ["a"] };
  const response_format = { type: "json_schema", json_schema };
  const json = await askModel("@cf/meta/llama", { messages: [USER], response_format });
  const cut = await askModel("@cf/meta/llama", { messages: [USER], max_tokens: 1 });

  expect(json.body).toMatchObject({ response: { a: 1 } });
  expect(cut.body).toMatchObject({ response: "This", finish_reason: "length" });
});
