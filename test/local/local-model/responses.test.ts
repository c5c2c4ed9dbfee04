/** What models that take OpenAI's Responses format refuse, and how. */
import { expect, test } from "vitest";

import { askModel } from "../../support/local-model.ts";

const MODEL = "openai/gpt-5.6-terra";
const USER = { role: "user", content: "Hello" };
const CALL = {
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "tide",
  arguments: "{}",
};
const OUTPUT = { type: "function_call_output", call_id: "call_1", output: "high" };
const THINKS = { reasoning: { effort: "low" }, include: ["reasoning.encrypted_content"] };

const INVALID = (param: string) => ({ param, code: "invalid_value" });
const MISSING = (param: string) => ({ param, code: "missing_required_parameter" });
const INPUT = { param: "input", code: null };

test.each([
  ["the chat format", { messages: [USER] }, "Invalid value at input: Invalid input", INPUT],
  ["no input", {}, "Missing required parameter: 'input'.", MISSING("input")],
  [
    "a field that is not known",
    { input: "a", max_tokens: 1 },
    "Unknown parameter: 'max_tokens'.",
    { param: "max_tokens", code: "unknown_parameter" },
  ],
  [
    "an earlier answer",
    { input: "a", previous_response_id: "resp_1" },
    "Previous response with id 'resp_1' not found.",
    { param: "previous_response_id", code: "previous_response_not_found" },
  ],
  [
    "a tool in the chat format",
    { input: "a", tools: [{ type: "function", function: { name: "tide" } }] },
    "Missing required parameter: 'tools[0].name'.",
    MISSING("tools[0].name"),
  ],
  [
    "a content of the chat format",
    { input: [{ role: "user", content: [{ type: "text", text: "a" }] }] },
    "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
    INVALID("input[0].content[0]"),
  ],
  [
    "an input in the assistant's message",
    { input: [USER, { role: "assistant", content: [{ type: "input_text", text: "a" }] }] },
    "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
    INVALID("input[1].content[0]"),
  ],
  [
    "an unknown role",
    { input: [{ role: "model", content: "a" }] },
    expect.stringMatching(/^Invalid value for 'input[^']*': /),
    INVALID("input"),
  ],
  [
    "an output without its call",
    { input: [USER, OUTPUT] },
    "No tool call found for function call output with call_id call_1.",
    INPUT,
  ],
  [
    "an output that names the item instead of the call",
    { input: [USER, CALL, { ...OUTPUT, call_id: "fc_1" }] },
    "No tool call found for function call output with call_id fc_1.",
    INPUT,
  ],
  [
    "a custom output without its call",
    { input: [USER, { ...OUTPUT, type: "custom_tool_call_output" }] },
    "No tool call found for custom tool call output with call_id call_1.",
    INPUT,
  ],
  [
    "a call without its output",
    { input: [USER, CALL, USER] },
    "No tool output found for function call call_1.",
    INPUT,
  ],
  [
    "a call without its output after one of the API's own",
    { input: [USER, { type: "web_search_call", id: "ws_1" }, CALL] },
    "No tool output found for function call call_1.",
    INPUT,
  ],
  [
    "an item of no kind",
    { input: [{ content: "a" }] },
    expect.stringMatching(/^Invalid value: 'undefined'. Supported values are: 'message', /),
    INVALID("input[0]"),
  ],
  [
    "a choice of an unknown mode",
    { input: "a", tool_choice: { type: "allowed_tools", mode: "any", tools: [] } },
    expect.stringMatching(/^Invalid value for 'tool_choice': /),
    INVALID("tool_choice"),
  ],
  [
    "a choice among tools of no kind",
    { input: "a", tool_choice: { type: "allowed_tools", tools: [{ type: 1 }] } },
    expect.stringMatching(/^Invalid value for 'tool_choice': /),
    INVALID("tool_choice"),
  ],
  [
    "an effort that is no text",
    { input: "a", reasoning: { effort: 1 } },
    expect.stringMatching(/^Invalid value for 'reasoning.effort': /),
    INVALID("reasoning.effort"),
  ],
  [
    "a schema without a name",
    { input: "a", text: { format: { type: "json_schema", schema: {} } } },
    "Missing required parameter: 'text.format.name'.",
    MISSING("text.format.name"),
  ],
  [
    "encrypted content of another's",
    { input: [USER, { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" }] },
    "The encrypted content for item rs_1 could not be verified.",
    { param: null, code: "invalid_encrypted_content" },
  ],
])("%s is refused in OpenAI's form", async (_what, inputs, message, fault) => {
  expect(await askModel(MODEL, inputs)).toMatchObject({
    status: 400,
    body: { error: { type: "invalid_request_error", message, ...fault } },
  });
});

test("fewer than sixteen tokens are refused", async () => {
  expect(await askModel(MODEL, { input: "a", max_output_tokens: 8 })).toMatchObject({
    status: 400,
    body: { error: { param: "max_output_tokens" } },
  });
});

test("an unknown item is refused with the known ones", async () => {
  expect(await askModel(MODEL, { input: [{ type: "thought" }] })).toMatchObject({
    status: 400,
    body: {
      error: {
        message: expect.stringMatching(
          /^Invalid value: 'thought'. Supported values are: 'message'/,
        ),
        param: "input[0]",
      },
    },
  });
});

test.each([
  ["a reference to one", { type: "item_reference", id: "rs_1" }],
  ["reasoning without its content", { type: "reasoning", id: "rs_1", summary: [] }],
])("nothing is stored: %s is not found", async (_what, item) => {
  expect(await askModel(MODEL, { input: [USER, item] })).toMatchObject({
    status: 404,
    body: {
      error: {
        param: "input",
        message: expect.stringMatching(
          /^Item with id 'rs_1' not found. Items are not persisted when `store`/,
        ),
      },
    },
  });
});

test.each(["conv_1", { id: "conv_1" }])(
  "the conversation %j is not found",
  async (conversation) => {
    const message = "Conversation with id 'conv_1' not found.";

    expect(await askModel(MODEL, { input: "a", conversation })).toMatchObject({
      status: 404,
      body: { error: { message, param: null } },
    });
  },
);

test.each([
  [{ type: "json_schema", name: "a", schema: { const: [1] } }, "[1]"],
  [{ type: "json_object" }, "{}"],
  [{ type: "text" }, expect.stringMatching(/You said: Hello$/)],
])("the format %j has the text %j", async (format, text) => {
  expect((await askModel(MODEL, { input: "Hello", text: { format } })).body).toMatchObject({
    output: [{ content: [{ text }] }],
  });
});

test.each([
  ["texts of a developer", { role: "developer", content: [{ type: "input_text", text: "a" }] }],
  ["texts of the system", { role: "system", content: "a" }],
  ["a refusal", { role: "assistant", content: [{ type: "refusal", refusal: "no" }] }],
  ["a list of tools", { type: "mcp_list_tools", id: "m", tools: [] }],
])("an input may have %s, which is not the prompt", async (_what, item) => {
  const { status, body } = await askModel(MODEL, { input: [item, USER, item] });

  expect(status).toBe(200);
  expect(body).toMatchObject({
    output: [{ content: [{ text: expect.stringMatching(/You said: Hello$/) }] }],
  });
});

test("reasoning goes back to the model that it came from, and to no other", async () => {
  const { body } = await askModel(MODEL, { input: "Hello", ...THINKS });
  const [reasoning] = Object(body).output;

  expect(reasoning).toMatchObject({ type: "reasoning", summary: [] });
  expect(await askModel(MODEL, { input: [USER, reasoning] })).toMatchObject({ status: 200 });
  const content = [{ type: "reasoning_text", text: "a" }];
  expect(await askModel(MODEL, { input: [{ ...reasoning, content }] })).toMatchObject({
    status: 200,
  });
  expect(await askModel("openai/gpt-5.6-luna", { input: [USER, reasoning] })).toMatchObject({
    body: { error: { code: "invalid_encrypted_content" } },
  });
});

test("reasoning has encrypted content only where it is asked for", async () => {
  const { body } = await askModel(MODEL, { input: "Hello", reasoning: { effort: "low" } });

  expect(Object(body).output[0]).not.toHaveProperty("encrypted_content");
});

test("a history of calls and outputs is answered, and the outputs are quoted", async () => {
  const custom = { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "a" };
  const output = { ...OUTPUT, type: "custom_tool_call_output", call_id: "call_2", output: "done" };

  expect(await askModel(MODEL, { input: [USER, CALL, custom, OUTPUT, output] })).toMatchObject({
    status: 200,
    body: {
      output: [{ content: [{ text: expect.stringMatching(/The tools answered: high; done$/) }] }],
    },
  });
});

test("tools of namespaces are called with their namespace, in the list and as an item", async () => {
  const namespace = (name: string, tool: object) => ({ type: "namespace", name, tools: [tool] });
  const added = namespace("harbour", { type: "function", name: "tide", parameters: {} });
  const item = { type: "additional_tools", role: "developer", tools: [added] };
  const tools = [namespace("air", { type: "custom", name: "wind" })];
  const input = [item, { role: "user", content: "tide and wind" }];

  expect(await askModel(MODEL, { input, tools })).toMatchObject({
    body: {
      output: [
        { type: "custom_tool_call", namespace: "air", name: "wind" },
        { type: "function_call", namespace: "harbour", name: "tide" },
      ],
    },
  });
});

test("an answer over the limit is incomplete", async () => {
  const { body } = await askModel(MODEL, { input: "Hello, local model", max_output_tokens: 16 });

  expect(body).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    output: [{ status: "incomplete" }],
  });
});
