/** What models that take OpenAI's chat format refuse, and how. */
import { expect, test } from "vitest";

import { askModel, streamModel } from "../../support/local-model.ts";

const USER = { role: "user", content: "Hello" };
const CALL = { id: "call_1", type: "function", function: { name: "tide", arguments: "{}" } };
const CALLS = { role: "assistant", content: null, tool_calls: [CALL] };
const RESULT = { role: "tool", tool_call_id: "call_1", content: "high" };
const THOUGHT = "The user's message has 5 characters.";
const TOOLS = [{ type: "function", function: { name: "tide" } }];

const FIRST = { param: "messages.[1].role", code: null };
const SECOND = { param: "messages.[2].role", code: null };
const NO_CALL =
  "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
const NO_RESULT =
  "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1";

test.each([
  [
    "the Responses format",
    { input: "Hello" },
    "Missing required parameter: 'messages'.",
    { param: "messages", code: "missing_required_parameter" },
  ],
  [
    "a field that is not known",
    { messages: [USER], top_k: 1 },
    "Unknown parameter: 'top_k'.",
    { param: "top_k", code: "unknown_parameter" },
  ],
  [
    "an unknown role",
    { messages: [{ role: "model", content: "" }] },
    "Invalid value: 'model'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
    { param: "messages[0].role", code: "invalid_value" },
  ],
  [
    "a field of a message that is none",
    { messages: [USER, { role: 1 }] },
    expect.stringMatching(/^Invalid value for 'messages\[1\]\.role': .*\.$/),
    { param: "messages[1].role", code: "invalid_value" },
  ],
  ["a result without a call", { messages: [USER, RESULT] }, NO_CALL, FIRST],
  [
    "a result of another call",
    { messages: [USER, CALLS, { ...RESULT, tool_call_id: "fc_1" }] },
    NO_CALL,
    SECOND,
  ],
  ["a call without a result", { messages: [USER, CALLS, USER] }, NO_RESULT, SECOND],
  ["a call without a result at the end", { messages: [USER, CALLS] }, NO_RESULT, SECOND],
  [
    "two calls without results",
    { messages: [USER, { ...CALLS, tool_calls: [CALL, { ...CALL, id: "call_2" }] }] },
    `${NO_RESULT}, call_2`,
    SECOND,
  ],
  [
    "a choice without tools",
    { messages: [USER], tool_choice: "auto" },
    "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    { param: "tool_choice", code: null },
  ],
  [
    "a tool of another form",
    { messages: [USER], tools: [{ type: "web_search" }] },
    "Invalid value: 'web_search'. Supported values are: 'function' and 'custom'.",
    { param: "tools[0].type", code: "invalid_value" },
  ],
])("%s is refused in OpenAI's form", async (_what, inputs, message, fault) => {
  expect(await askModel("openai/gpt-4o", inputs)).toEqual({
    status: 400,
    body: { error: { type: "invalid_request_error", message, ...fault } },
  });
});

test.each([
  ["tools[0].type", { tools: [{ type: 1 }] }],
  ["response_format.type", { response_format: { type: 1 } }],
  ["stream_options.include_usage", { stream_options: { include_usage: "yes" } }],
  ["messages[1].tool_calls[0].id", { messages: [USER, { ...CALLS, tool_calls: [{ id: 1 }] }] }],
])("what is of another type at %s is refused by its path", async (param, inputs) => {
  expect(await askModel("openai/gpt-4o", { messages: [USER], ...inputs })).toMatchObject({
    status: 400,
    body: {
      error: {
        param,
        code: "invalid_value",
        message: expect.stringContaining(`Invalid value for '${param}': `),
      },
    },
  });
});

test.each([
  [{ type: "json_schema", json_schema: { name: "a", schema: { const: [1] } } }, "[1]"],
  [{ type: "json_schema" }, "{}"],
  [{ type: "json_object" }, "{}"],
  [{ type: "text" }, expect.stringMatching(/You said: Hello$/)],
])("the response format %j has the text %j", async (response_format, content) => {
  expect(
    (await askModel("openai/gpt-4o", { messages: [USER], response_format })).body,
  ).toMatchObject({ choices: [{ message: { content } }] });
});

test("OpenAI's models hide what they thought, and count it", async () => {
  const { body } = await askModel("openai/gpt-5", { messages: [USER], reasoning_effort: "low" });
  const quiet = await askModel("google/gemini", { messages: [USER], reasoning_effort: "none" });

  expect(Object(body).choices[0].message).not.toHaveProperty("reasoning_content");
  expect(body).toMatchObject({ usage: { completion_tokens_details: { reasoning_tokens: 9 } } });
  expect(Object(quiet.body).choices[0].message).not.toHaveProperty("reasoning_content");
});

test("parts of a content are joined, and what is no text stands as its type", async () => {
  const parts = [{ type: "text", text: "a" }, { type: "image_url" }, { type: "text", text: "b" }];
  const ask = (content: unknown) =>
    askModel("openai/gpt-4o", { messages: [USER, CALLS, { ...RESULT, content }] });
  const answered = (text: string) => ({
    body: {
      choices: [{ message: { content: expect.stringContaining(`The tools answered: ${text}`) } }],
    },
  });

  expect(await ask(parts)).toMatchObject(answered("a\n[image_url]\nb"));
  expect(await ask({ a: 1 })).toMatchObject(answered('{"a":1}'));
  expect(await ask([{ type: 1 }])).toMatchObject(answered('[{"type":1}]'));
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
    body: { choices: [{ message: { reasoning_content: THOUGHT } }] },
  });
  const chunks = (await streamModel("google/gemini-3-flash", inputs)).map(Object);
  const pieces = chunks.map(({ choices }) => choices[0].delta.reasoning_content ?? "");
  expect(pieces.join("")).toBe(THOUGHT);
});

test.each(["max_completion_tokens", "max_tokens"])(
  "an answer over %s ends with length",
  async (limit) => {
    const inputs = { messages: [USER], [limit]: 3 };

    expect(await askModel("openai/gpt-4o", inputs)).toMatchObject({
      body: {
        choices: [{ message: { content: "This is the " }, finish_reason: "length" }],
        usage: { completion_tokens: 3 },
      },
    });
  },
);

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

  const tool_calls = [{ name: "tide", arguments: { port: "Brest" } }];
  const inputs = { messages, tools: TOOLS, response_format: { type: "json_object" } };
  const usage = { prompt_tokens: 6, completion_tokens: 4, total_tokens: 10 };
  const { body } = await askModel("@cf/meta/llama", inputs);

  expect(body).toEqual({ response: null, tool_calls, usage });
  expect(await streamModel("@cf/meta/llama", inputs)).toEqual([
    { response: "", tool_calls },
    { response: "", usage },
  ]);
});

test("an older model of Workers AI answers JSON parsed, and says where it was cut", async () => {
  const json_schema = { type: "object", properties: { a: { const: 1 } }, required: ["a"] };
  const response_format = { type: "json_schema", json_schema };
  const json = await askModel("@cf/meta/llama", { messages: [USER], response_format });
  const cut = await askModel("@cf/meta/llama", { messages: [USER], max_tokens: 1 });

  expect(json.body).toMatchObject({ response: { a: 1 } });
  const usage = { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 };
  expect(cut.body).toEqual({ response: "This", finish_reason: "length", usage });
  expect(await streamModel("@cf/meta/llama", { messages: [USER], max_tokens: 1 })).toEqual([
    { response: "This" },
    { response: "", finish_reason: "length", usage },
  ]);
  expect(await streamModel("@cf/meta/llama", { messages: [USER] })).toContainEqual({
    response: "",
    usage: expect.objectContaining({ prompt_tokens: 2 }),
  });
});
