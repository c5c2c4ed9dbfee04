/** Which tools the model calls, as the choice of each form has it. */
import { expect, test } from "vitest";

import { askModel } from "../../support/local-model.ts";

const NAMES = ["tide", "wind"];
const BOTH = "Ask tide and wind";

interface Row {
  readonly prompt: string;
  /** The choice in each form; absent where the form has none such. */
  readonly chat?: unknown;
  readonly responses?: unknown;
  readonly messages?: unknown;
  readonly called: readonly string[];
}

const allowed = (mode: string, tool: object) => ({ mode, tools: [tool] });
const WIND = { type: "function", function: { name: "wind" } };
const OWN = { type: "custom", custom: { name: "own" } };
const OWN_ITEM = { type: "custom", name: "own" };
const WIND_ITEM = { type: "function", name: "wind" };

const ROWS: readonly Row[] = [
  { prompt: BOTH, chat: "auto", responses: "auto", messages: { type: "auto" }, called: NAMES },
  { prompt: "Hello", chat: "auto", responses: "auto", messages: { type: "auto" }, called: [] },
  { prompt: BOTH, chat: null, responses: null, called: NAMES },
  { prompt: "Hello", chat: null, responses: null, called: [] },
  { prompt: BOTH, chat: "none", responses: "none", messages: { type: "none" }, called: [] },
  {
    prompt: "Hello",
    chat: "required",
    responses: "required",
    messages: { type: "any" },
    called: ["tide"],
  },
  {
    prompt: "Hello",
    chat: WIND,
    responses: WIND_ITEM,
    messages: { type: "tool", name: "wind" },
    called: ["wind"],
  },
  { prompt: "Hello", chat: OWN, responses: OWN_ITEM, called: ["own"] },
  {
    prompt: BOTH,
    chat: { type: "allowed_tools", allowed_tools: allowed("auto", WIND) },
    responses: { type: "allowed_tools", ...allowed("auto", WIND_ITEM) },
    called: ["wind"],
  },
  {
    prompt: "Hello",
    chat: { type: "allowed_tools", allowed_tools: allowed("auto", WIND) },
    responses: { type: "allowed_tools", ...allowed("auto", WIND_ITEM) },
    called: [],
  },
  {
    prompt: "Hello",
    chat: { type: "allowed_tools", allowed_tools: allowed("required", OWN) },
    responses: { type: "allowed_tools", ...allowed("required", OWN_ITEM) },
    called: ["own"],
  },
  {
    prompt: BOTH,
    messages: { type: "auto", disable_parallel_tool_use: true },
    called: ["tide"],
  },
];

test.each(ROWS.filter(({ chat }) => chat !== undefined))(
  "in the chat form, $chat after $prompt calls $called",
  async ({ prompt, chat, called }) => {
    expect(await inChat(prompt, { tool_choice: chat })).toEqual(called);
  },
);

test.each(ROWS.filter(({ responses }) => responses !== undefined))(
  "in the Responses form, $responses after $prompt calls $called",
  async ({ prompt, responses, called }) => {
    expect(await inResponses(prompt, { tool_choice: responses })).toEqual(called);
  },
);

test.each(ROWS.filter(({ messages }) => messages !== undefined))(
  "in the Messages form, $messages after $prompt calls $called",
  async ({ prompt, messages, called }) => {
    expect(await inMessages(prompt, { tool_choice: messages })).toEqual(called);
  },
);

test.each([
  [false, ["tide"]],
  [true, NAMES],
  [null, NAMES],
])("with parallel calls as %s, OpenAI's forms call %j", async (parallel_tool_calls, called) => {
  expect(await inChat(BOTH, { parallel_tool_calls })).toEqual(called);
  expect(await inResponses(BOTH, { parallel_tool_calls })).toEqual(called);
});

test("without a choice, each form calls what the prompt names", async () => {
  expect(await inMessages(BOTH, {})).toEqual(NAMES);
  expect(await inMessages("Hello", {})).toEqual([]);
});

test("what a provider or a client carries out itself is not called by name", async () => {
  const bash = { type: "bash_20250124", name: "bash" };
  const shell = { type: "local_shell" };

  expect(await inMessages("Ask bash", { tools: [bash] })).toEqual([]);
  expect(await inMessages("Hello", { tools: [bash], tool_choice: { type: "any" } })).toEqual([]);
  expect(await inResponses("Hello", { tools: [shell], tool_choice: "required" })).toEqual([]);
});

test.each([
  ["in OpenAI's envelope", { type: "function", function: { name: "tide" } }, ["tide"]],
  ["without it", { name: "tide", parameters: {} }, ["tide"]],
  ["without a name", { type: "function", function: {} }, []],
  ["of a text, without a name", { type: "custom", custom: {} }, []],
])("a model of Workers AI takes a tool %s", async (_what, tool, called) => {
  const inputs = { messages: [{ role: "user", content: "Ask tide" }], tools: [tool] };
  const { body } = await askModel("@cf/meta/llama", inputs);

  expect((Object(body).tool_calls ?? []).map(Object).map(nameOf)).toEqual(called);
});

async function inChat(content: string, changes: object) {
  const functions = NAMES.map((name) => ({ type: "function", function: { name } }));
  const messages = [{ role: "user", content }];
  const { body } = await askModel("openai/gpt-4o", {
    messages,
    tools: [...functions, OWN],
    ...changes,
  });
  const calls = Object(body).choices[0].message.tool_calls ?? [];
  return calls.map(Object).map((call: Named) => nameOf(call.function ?? call.custom ?? {}));
}

async function inResponses(input: string, changes: object) {
  const functions = NAMES.map((name) => ({ type: "function", name, parameters: {} }));
  const tools = [...functions, OWN_ITEM];
  const { body } = await askModel("openai/gpt-5.6-terra", { input, tools, ...changes });
  return Object(body)
    .output.filter(({ type }: { readonly type: string }) => type.endsWith("_call"))
    .map(nameOf);
}

async function inMessages(content: string, changes: object) {
  const tools = NAMES.map((name) => ({ name, input_schema: {} }));
  const messages = [{ role: "user", content }];
  const inputs = { max_tokens: 100, messages, tools, ...changes };
  const { body } = await askModel("anthropic/claude-sonnet-5", inputs);
  return Object(body)
    .content.filter(({ type }: { readonly type: string }) => type === "tool_use")
    .map(nameOf);
}

interface Named {
  readonly name?: string;
  readonly function?: Named;
  readonly custom?: Named;
}

function nameOf({ name }: Named): string | undefined {
  return name;
}
