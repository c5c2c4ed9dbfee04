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

test.each([
  ["the chat format", { messages: [USER] }, "Invalid value at input: Invalid input"],
  ["no input", {}, "Missing required parameter: 'input'."],
  ["a field that is not known", { input: "a", max_tokens: 1 }, "Unknown parameter: 'max_tokens'."],
  [
    "an earlier answer",
    { input: "a", previous_response_id: "resp_1" },
    "Previous response with id 'resp_1' not found.",
  ],
  [
    "a tool in the chat format",
    { input: "a", tools: [{ type: "function", function: { name: "tide" } }] },
    "Missing required parameter: 'tools[0].name'.",
  ],
  [
    "a content of the chat format",
    { input: [{ role: "user", content: [{ type: "text", text: "a" }] }] },
    "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
  ],
  [
    "an input in the assistant's message",
    { input: [{ role: "assistant", content: [{ type: "input_text", text: "a" }] }] },
    "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
  ],
  [
    "an output without its call",
    { input: [USER, OUTPUT] },
    "No tool call found for function call output with call_id call_1.",
  ],
  [
    "an output that names the item instead of the call",
    { input: [USER, CALL, { ...OUTPUT, call_id: "fc_1" }] },
    "No tool call found for function call output with call_id fc_1.",
  ],
  [
    "a custom output without its call",
    { input: [USER, { ...OUTPUT, type: "custom_tool_call_output" }] },
    "No tool call found for custom tool call output with call_id call_1.",
  ],
  [
    "a call without its output",
    { input: [USER, CALL, USER] },
    "No tool output found for function call call_1.",
  ],
  [
    "a schema without a name",
    { input: "a", text: { format: { type: "json_schema", schema: {} } } },
    "Missing required parameter: 'text.format.name'.",
  ],
  [
    "encrypted content of another's",
    { input: [USER, { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" }] },
    "The encrypted content for item rs_1 could not be verified.",
  ],
])("%s is refused in OpenAI's form", async (_what, inputs, message) => {
  expect(await askModel(MODEL, inputs)).toMatchObject({
    status: 400,
    body: { error: { type: "invalid_request_error", message } },
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
        message: expect.stringMatching(
          /^Item with id 'rs_1' not found. Items are not persisted when `store`/,
        ),
      },
    },
  });
});

test("a conversation is not found", async () => {
  const { status } = await askModel(MODEL, { input: "a", conversation: "conv_1" });

  expect(status).toBe(404);
});

test("reasoning goes back to the model that it came from, and to no other", async () => {
  const { body } = await askModel(MODEL, { input: "Hello", ...THINKS });
  const [reasoning] = Object(body).output;

  expect(reasoning).toMatchObject({ type: "reasoning", summary: [] });
  expect(await askModel(MODEL, { input: [USER, reasoning] })).toMatchObject({ status: 200 });
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
