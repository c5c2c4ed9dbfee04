/** What a request in OpenAI's Responses format is refused for, in which words, and what passes. */
import { expect, test } from "vitest";

import { REACHES, type Reach } from "../../../worker/chat/env.ts";
import type { Conversation, Message } from "../../../worker/chat/formats/conversation.ts";
import { responsesModel } from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { MODEL, readFields, refusalOf } from "../../support/responses.ts";

const PNG = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,QQ==";
const turn = (...content: readonly unknown[]) => ({ input: [{ role: "user", content }] });
const allowing = (...tools: readonly object[]) => ({
  tool_choice: { type: "allowed_tools", mode: "auto", tools },
});
const reading = (...items: readonly object[]) => readFields({ input: items }).conversation;

/** What only a stack that allows it serves; then it passes to the format's own models alone. */
test.each<[Reach, string, object, boolean]>([
  ["store", "store", { store: true }, false],
  ["store", "previous_response_id", { previous_response_id: "r" }, true],
  ["store", "conversation", { conversation: "c" }, true],
  ["store", "prompt", { prompt: { id: "p" } }, true],
  [
    "store",
    "prompt_cache_options.comparison_response_id",
    { prompt_cache_options: { comparison_response_id: "r" } },
    false,
  ],
  ["background", "background", { background: true }, true],
  ["background", "background_options", { background_options: {} }, true],
  ["cache_24h", "prompt_cache_options.ttl", { prompt_cache_options: { ttl: "12h" } }, false],
  ["cache_24h", "prompt_cache_retention", { prompt_cache_retention: "24h" }, false],
  [
    "cache_24h",
    "input.0.content.0.prompt_cache_breakpoint.ttl",
    turn({ type: "input_text", text: "a", prompt_cache_breakpoint: { ttl: "12h" } }),
    false,
  ],
  ["files", "input.0.content.0.file_id", turn({ type: "input_image", file_id: "f" }), true],
  ["files", "input.0.content.0.file_id", turn({ type: "input_file", file_id: "f" }), true],
  ["web_fetch", "input.0.content.0.file_url", turn({ type: "input_file", file_url: "u" }), true],
  [
    "files",
    "input.0",
    { input: [{ type: "computer_call_output", output: { file_id: "f" } }] },
    true,
  ],
  ["web_search", "tools.0", { tools: [{ type: "web_search" }] }, true],
  ["web_search", "tools.0", { tools: [{ type: "web_search_2025_08_26" }] }, true],
  ["file_search", "tools.0", { tools: [{ type: "file_search" }] }, true],
  ["code_execution", "tools.0", { tools: [{ type: "code_interpreter" }] }, true],
  ["image_generation", "tools.0", { tools: [{ type: "image_generation" }] }, true],
  ["mcp", "tools.0", { tools: [{ type: "mcp" }] }, true],
  [
    "code_execution",
    "tools.0.environment",
    { tools: [{ type: "shell", environment: { type: "container_auto" } }] },
    true,
  ],
  [
    "web_search",
    "input.0.tools.0",
    { input: [{ type: "tool_search_output", tools: [{ type: "web_search" }] }] },
    true,
  ],
  ["web_search", "tool_choice", { tool_choice: { type: "web_search" } }, true],
  ["mcp", "tool_choice.tools.0", allowing({ type: "mcp" }), true],
])("only a stack with %s serves %s of %j", (reach, path, fields, isOwn) => {
  expect(refusalOf(() => readFields(fields))).toMatchObject({
    code: "unsupported_parameter",
    param: path,
    message: expect.stringMatching(`^${path} is not allowed here: .*allow: \\[${reach}\\]`),
  });
  const others = REACHES.filter((each) => each !== reach);
  expect(refusalOf(() => readFields(fields, others)).param).toBe(path);

  const request = readFields(fields, [reach]);
  expect(responsesModel.forwardRequest(request, MODEL, true)).toMatchObject(fields);
  expect(request.conversation.tools.some(({ kind }) => kind === "own")).toBe(isOwn);
});

test.each<[object]>([
  [{ prompt_cache_options: { ttl: "30m" } }],
  [{ prompt_cache_retention: "in_memory" }],
  [{ background: false, store: false }],
  [turn({ type: "input_text", text: "a", prompt_cache_breakpoint: { ttl: "30m" } })],
  [turn({ type: "input_text", text: "a", prompt_cache_breakpoint: null })],
  [{ tools: [{ type: "custom", name: "a", environment: { type: "container_auto" } }] }],
])("every stack serves %j, to every model", (fields) => {
  const { conversation } = readFields(fields);

  expect(conversation.tools.filter(({ kind }) => kind === "own")).toEqual([]);
});

test.each<[object, string, string]>([
  [{ top_logprobs: 2 }, "top_logprobs", "top_logprobs"],
  [{ tools: [{ type: "local_shell" }] }, "tools.0", "local_shell"],
  [{ tools: [{ type: "shell", environment: { type: "local" } }] }, "tools.0", "shell"],
  [{ tools: [{ type: "shell" }] }, "tools.0", "shell"],
  [{ tool_choice: { type: "apply_patch" } }, "tool_choice", "apply_patch"],
  [allowing({ type: "apply_patch" }), "tool_choice.tools.0", "apply_patch"],
  [{ input: [{ type: "function_call_output", output: "a" }] }, "input.0", "output"],
  [
    { input: [{ role: "system", content: [{ type: "input_image", image_url: PNG }] }] },
    "input.0.content.0",
    "input_image",
  ],
  [
    { input: [{ role: "assistant", content: [{ type: "input_file", file_data: PDF }] }] },
    "input.0.content.0",
    "input_file",
  ],
  ...[
    "tool_search_call",
    "computer_call",
    "computer_call_output",
    "local_shell_call",
    "local_shell_call_output",
    "shell_call",
    "shell_call_output",
    "apply_patch_call",
    "apply_patch_call_output",
    "file_search_call",
    "web_search_call",
    "code_interpreter_call",
    "image_generation_call",
    "mcp_list_tools",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "program",
    "program_output",
    "compaction",
    "compaction_trigger",
    "configuration_update",
  ].map((type): [object, string, string] => [{ input: [{ type }] }, "input.0", type]),
  [{ input: [{ type: "tool_search_output", tools: [] }] }, "input.0", "tool_search_output"],
])("%j passes to models of the format, and to no other", (fields, path, type) => {
  const request = readFields(fields);

  expect(responsesModel.forwardRequest(request, MODEL, true)).toMatchObject(fields);
  expect(request.conversation.tools).toEqual([{ kind: "own", type, path }]);
});

test("what the provider stores is referred to where the stack allows it", () => {
  const input = [
    { type: "item_reference", id: "i" },
    { type: "reasoning", id: "r" },
  ];
  const request = readFields({ input, store: true, include: ["a"] }, ["store"]);

  expect(responsesModel.forwardRequest(request, MODEL, true)).toEqual({
    input,
    store: true,
    include: ["a"],
  });
  expect(request.conversation.tools).toEqual([
    { kind: "own", type: "item_reference", path: "input.0" },
  ]);
  expect(
    responsesModel.forwardRequest(readFields({ store: true }, ["store"]), MODEL, true),
  ).toEqual({ input: "Hi", store: true });
  expect(refusalOf(() => readFields({ input })).message).toBe(
    "input.0: an item_reference stands for an item that the provider keeps, and nothing is kept there; have the client send whole items: set providerOptions.openai.store = false in the AI SDK, store: false elsewhere",
  );
});

const IMAGE = "expected an https: address, or the image itself as data:image/png;base64,…";
const PART = 'expected "input_text", "output_text", "refusal", "input_image" or "input_file"';
const unknown = (type: string) => `tools.0: a tool of the type ${type} is not known here`;
const tool = (fields: object) => ({ tools: [{ type: "function", name: "f", ...fields }] });

test.each<[object, string]>([
  [{ input: 7 }, "input: expected a text, or a list of items"],
  [{ input: ["Hi"] }, "input.0: expected an object"],
  [{ input: [{}] }, "input.0.type: missing"],
  [{ input: [{ type: "x" }] }, "input.0.type: expected the type of an item that is known here"],
  [
    { input: [{ role: "bot", content: "a" }] },
    'input.0.role: expected "user" or "assistant" or "system" or "developer"',
  ],
  [{ input: [{ role: 5, content: "a" }] }, "input.0.type: missing"],
  [{ input: [{ role: "user" }] }, "input.0.content: missing"],
  [
    { input: [{ role: "user", content: 5 }] },
    "input.0.content: expected a text, or a list of parts",
  ],
  [turn({ type: "input_audio" }), `input.0.content.0.type: ${PART}`],
  [turn({ type: "input_text" }), "input.0.content.0.text: missing"],
  [
    turn({ type: "input_text", text: "a", prompt_cache_breakpoint: { ttl: 5 } }),
    "input.0.content.0.prompt_cache_breakpoint.ttl: expected a text",
  ],
  [turn({ type: "input_image" }), "input.0.content.0.image_url: missing"],
  [turn({ type: "input_image", image_url: `x${PNG}` }), `input.0.content.0.image_url: ${IMAGE}`],
  [turn({ type: "input_image", image_url: "http://a" }), `input.0.content.0.image_url: ${IMAGE}`],
  [
    turn({ type: "input_image", image_url: PNG, detail: "odd" }),
    'input.0.content.0.detail: expected "auto" or "low" or "high" or "original"',
  ],
  [turn({ type: "input_file" }), "input.0.content.0.file_data: missing"],
  [turn({ type: "input_file", file_data: 5 }), "input.0.content.0.file_data: expected a text"],
  [{ input: [{ type: "function_call", call_id: "c", name: "f" }] }, "input.0.arguments: missing"],
  [{ input: [{ type: "custom_tool_call", call_id: "c", name: "f" }] }, "input.0.input: missing"],
  [
    { input: [{ type: "function_call_output", call_id: 5, output: "a" }] },
    "input.0.call_id: expected a text",
  ],
  [{ input: [{ type: "function_call_output", call_id: "c" }] }, "input.0.output: missing"],
  [
    { input: [{ type: "reasoning", summary: [{ text: 5 }], encrypted_content: 5 }] },
    "input.0.summary.0.text: expected a text; input.0.encrypted_content: expected a text",
  ],
  [{ input: [{ type: "additional_tools" }] }, "input.0.tools: missing"],
  [tool({ name: "" }), "tools.0.name: 0 characters, expected 1 or more"],
  [tool({ description: 5 }), "tools.0.description: expected a text"],
  [tool({ parameters: [] }), "tools.0.parameters: expected an object"],
  [tool({ strict: 1 }), "tools.0.strict: expected true or false"],
  [{ tools: [{ type: "custom" }] }, "tools.0.name: missing"],
  [
    { tools: [{ type: "custom", name: "c", format: { syntax: 5, definition: 5 } }] },
    "tools.0.format.syntax: expected a text; tools.0.format.definition: expected a text",
  ],
  [{ tools: [{ type: "namespace", name: "n" }] }, "tools.0.tools: missing"],
  [
    { tools: [{ type: "namespace", name: "n", tools: [{ type: "mcp" }] }] },
    'tools.0.tools.0.type: expected "function" or "custom"',
  ],
  [
    { tools: [{ type: "shell", environment: { type: 5 } }] },
    "tools.0.environment.type: expected a text",
  ],
  [{ tools: [{ type: "telepathy" }] }, unknown('"telepathy"')],
  [{ tools: [{ type: "x".repeat(64) }] }, unknown(`"${"x".repeat(64)}"`)],
  [{ tools: [{ type: "x".repeat(65) }] }, unknown("given")],
  [{ tools: [{ type: "a b" }] }, unknown("given")],
  [{ tools: [{ type: "" }] }, unknown("given")],
  [{ tool_choice: "always" }, 'tool_choice: expected "none" or "auto" or "required"'],
  [{ tool_choice: {} }, "tool_choice.type: missing"],
  [{ tool_choice: { type: "function" } }, "tool_choice.name: missing"],
  [
    { tool_choice: { type: "custom", name: "" } },
    "tool_choice.name: 0 characters, expected 1 or more",
  ],
  [
    { tool_choice: { type: "allowed_tools", mode: "none", tools: [] } },
    'tool_choice.mode: expected "auto" or "required"',
  ],
  [{ tool_choice: { type: "allowed_tools", mode: "auto" } }, "tool_choice.tools: missing"],
  [allowing({}), "tool_choice.tools.0.type: missing"],
  [allowing({ type: "function", name: 5 }), "tool_choice.tools.0.name: expected a text"],
  [
    { text: { format: { type: "xml" } } },
    'text.format.type: expected "text" or "json_object" or "json_schema"',
  ],
  [{ text: { format: { type: "json_schema" } } }, "text.format.name: missing"],
  [{ text: { verbosity: 5 } }, "text.verbosity: expected a text"],
  [{ reasoning: { effort: 5 } }, "reasoning.effort: expected a text"],
  [{ max_output_tokens: 0 }, "max_output_tokens: expected 1 or more"],
  [{ temperature: 2.1 }, "temperature: expected 2 or less"],
  [{ temperature: -0.1 }, "temperature: expected 0 or more"],
  [{ top_p: 1.1 }, "top_p: expected 1 or less"],
  [{ top_p: -0.1 }, "top_p: expected 0 or more"],
  [{ top_logprobs: -1 }, "top_logprobs: expected 0 or more"],
  [{ include: [5] }, "include.0: expected a text"],
  [
    { prompt_cache_options: { ttl: 5, comparison_response_id: 5 } },
    "prompt_cache_options.ttl: expected a text; prompt_cache_options.comparison_response_id: expected a text",
  ],
  [{ moderation: {} }, "moderation is not supported; leave it out"],
])("%j is refused with the field's name and what it may be", (fields, message) => {
  expect(refusalOf(() => readFields(fields))).toMatchObject({ status: 400, message });
});

test.each<[object, Partial<Conversation>]>([
  [{ text: { format: { type: "text" } } }, { answerFormat: undefined }],
  [{ text: { format: { type: "json_object" } } }, { answerFormat: { type: "json" } }],
  [
    { text: { format: { type: "json_schema", name: "n" }, verbosity: "low" } },
    { answerFormat: { type: "schema", name: "n" }, verbosity: "low" },
  ],
  [
    {
      text: {
        format: { type: "json_schema", name: "n", description: "d", schema: {}, strict: false },
      },
    },
    { answerFormat: { type: "schema", name: "n", description: "d", schema: {}, strict: false } },
  ],
  [
    { parallel_tool_calls: false, max_output_tokens: 9, temperature: 0, top_p: 0 },
    { parallelCalls: false, maxTokens: 9, temperature: 0, topP: 0 },
  ],
  [{ reasoning: { effort: "low" } }, { effort: "low" }],
  [{ tool_choice: "none" }, { toolChoice: { mode: "none" } }],
  [
    { tool_choice: { type: "function", name: "f" } },
    { toolChoice: { mode: "required", only: ["f"] } },
  ],
  [
    allowing({ type: "function", name: "f" }, { type: "custom", name: "c" }),
    { toolChoice: { mode: "auto", only: ["f", "c"] } },
  ],
  [
    tool({ description: "d", parameters: {}, strict: true }),
    { tools: [{ kind: "function", name: "f", description: "d", schema: {}, strict: true }] },
  ],
  [
    { tools: [{ type: "custom", name: "c", description: "d", format: { type: "text" } }] },
    { tools: [{ kind: "custom", name: "c", description: "d" }] },
  ],
  [
    { tools: [{ type: "custom", name: "c", format: { syntax: "lark", definition: "" } }] },
    { tools: [{ kind: "custom", name: "c", description: undefined }] },
  ],
  [
    { tools: [{ type: "custom", name: "c", format: { syntax: "lark", definition: "x" } }] },
    { tools: [{ kind: "custom", name: "c", grammar: { syntax: "lark", definition: "x" } }] },
  ],
  [
    {
      tools: [
        {
          type: "namespace",
          name: "n",
          tools: [
            { type: "function", name: "f" },
            { type: "custom", name: "c" },
          ],
        },
      ],
    },
    {
      tools: [
        { kind: "function", name: "n__f" },
        { kind: "custom", name: "n__c" },
      ],
    },
  ],
])("of %j models of other formats get %j", (fields, conversation) => {
  expect(readFields(fields).conversation).toEqual(expect.objectContaining(conversation));
});

const text = (value: string) => ({ type: "text", text: value }) as const;

test("each role's parts are read", () => {
  const input = { type: "input_text", text: "a" };
  const refusal = { type: "refusal", refusal: "b" };
  const marked = { ...input, prompt_cache_breakpoint: {} };

  expect(
    reading(
      { role: "system", content: "a" },
      { type: null, role: "developer", content: [input, refusal] },
      { role: "user", content: "a" },
      { role: "user", content: [marked, refusal] },
      { role: "assistant", content: "a" },
      { role: "user", content: [{ type: "input_file", file_data: "data:", filename: "n" }] },
      { role: "user", content: [{ type: "input_file", file_data: "xdata:" }] },
      { role: "assistant", content: [{ type: "output_text", text: "a" }, refusal] },
    ).messages,
  ).toEqual([
    { role: "system", content: [text("a")] },
    { role: "developer", content: [text("a"), text("b")] },
    { role: "user", content: [text("a")] },
    { role: "user", content: [{ ...text("a"), isCacheMark: true }, text("b")] },
    { role: "assistant", content: [text("a")] },
    { role: "user", content: [{ type: "document", url: "data:", name: "n" }] },
    { role: "user", content: [{ type: "document", url: "data:application/pdf;base64,xdata:" }] },
    { role: "assistant", content: [text("a"), { type: "refusal", text: "b" }] },
  ]);
});

test("the texts of a thought are one: the summary's, or the thought's own", () => {
  const proved = { type: "reasoning", encrypted_content: "e" };
  const texts = [{ text: "a" }, {}, { text: "b" }];

  expect(
    reading(
      { ...proved, summary: texts, content: [{ text: "c" }] },
      { ...proved, summary: [], content: texts },
      { ...proved, summary: null },
    ).messages,
  ).toEqual([
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "a\n\n\n\nb", opaque: "e" },
        { type: "reasoning", text: "a\n\n\n\nb", opaque: "e" },
        { type: "reasoning", text: "", opaque: "e" },
      ],
    },
  ]);
});

test("a summary of a conversation goes to no other model than the one that made it", () => {
  const input = [
    { type: "compaction", encrypted_content: "e" },
    { role: "user", content: "Hi" },
  ];
  const items = (isRequested: boolean) =>
    Object(responsesModel.forwardRequest(readFields({ input }), MODEL, isRequested)).input;

  expect(items(true)).toEqual(input);
  expect(items(false)).toEqual(input.slice(1));
});

const SAID: Message = { role: "user", content: [text("Hi")] };
const HI = { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] };
const write = (changes: Partial<Conversation>, isStreamed = false) =>
  responsesModel.writeRequest({ messages: [SAID], tools: [], ...changes }, MODEL, isStreamed);
const COMMON = { input: [HI], store: false, include: ["reasoning.encrypted_content"] };

const FUNCTION = { kind: "function", name: "f" } as const;
const CUSTOM = { kind: "custom", name: "c" } as const;
const SENT = {
  type: "function",
  name: "f",
  parameters: { type: "object", properties: {} },
  strict: false,
};

test.each<[Partial<Conversation>, object]>([
  [{}, {}],
  [{ stop: [] }, {}],
  [{ maxTokens: 1 }, { max_output_tokens: 16 }],
  [{ maxTokens: 17 }, { max_output_tokens: 17 }],
  [
    { temperature: 0, topP: 0 },
    { temperature: 0, top_p: 0 },
  ],
  [{ effort: "low" }, { reasoning: { effort: "low" } }],
  [{ verbosity: "low" }, { text: { verbosity: "low" } }],
  [{ answerFormat: { type: "json" } }, { text: { format: { type: "json_object" } } }],
  [
    { answerFormat: { type: "schema", name: "n" }, verbosity: "low" },
    {
      text: {
        format: { type: "json_schema", name: "n", schema: {}, strict: false },
        verbosity: "low",
      },
    },
  ],
  [{ toolChoice: { mode: "auto" }, parallelCalls: true }, {}],
  [
    { tools: [FUNCTION], parallelCalls: false, toolChoice: { mode: "none", only: ["f"] } },
    { tools: [SENT], parallel_tool_calls: false, tool_choice: "none" },
  ],
  [
    { tools: [FUNCTION, CUSTOM], toolChoice: { mode: "required" } },
    { tools: [SENT, { type: "custom", name: "c" }], tool_choice: "required" },
  ],
  [
    {
      tools: [{ ...FUNCTION, description: "d", schema: {}, strict: true }],
      toolChoice: { mode: "required", only: ["f"] },
    },
    {
      tools: [{ type: "function", name: "f", description: "d", parameters: {}, strict: true }],
      tool_choice: { type: "function", name: "f" },
    },
  ],
  [
    {
      tools: [{ ...CUSTOM, grammar: { syntax: "lark", definition: "x" } }],
      toolChoice: { mode: "auto", only: ["c"] },
    },
    {
      tools: [
        { type: "custom", name: "c", format: { type: "grammar", syntax: "lark", definition: "x" } },
      ],
      tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "custom", name: "c" }] },
    },
  ],
  [
    { tools: [FUNCTION, CUSTOM], toolChoice: { mode: "required", only: ["f", "c"] } },
    {
      tools: [SENT, { type: "custom", name: "c" }],
      tool_choice: {
        type: "allowed_tools",
        mode: "required",
        tools: [
          { type: "function", name: "f" },
          { type: "custom", name: "c" },
        ],
      },
    },
  ],
])("a conversation with %j is written as the format has it", (changes, fields) => {
  expect(write(changes)).toEqual({ ...COMMON, ...fields });
  expect(write(changes, true)).toEqual({ ...COMMON, ...fields, stream: true });
});

const CANNOT = "the model takes OpenAI's Responses format, which has no";

test.each<[Partial<Conversation>, string, string]>([
  [{ stop: ["."] }, "stop", "stop sequences"],
  [{ stop: ["."], stopField: "stop_sequences" }, "stop_sequences", "stop sequences"],
  [
    { tools: [{ kind: "own", type: "computer", path: "tools.0" }] },
    "tools.0",
    "tool of type computer",
  ],
])("%j is refused by %s", (changes, param, what) => {
  expect(refusalOf(() => write(changes))).toEqual({
    status: 400,
    code: "unsupported_parameter",
    param,
    message: `${param}: ${CANNOT} ${what}; leave it out, or ask another model`,
  });
});

test("each message is written as the items that the format has", () => {
  const own = { id: "rs", encrypted_content: "e" };
  const messages: readonly Message[] = [
    { role: "developer", content: [text("a")] },
    {
      role: "user",
      content: [
        { type: "image", url: PNG },
        { type: "image", url: PNG, detail: "low" },
        { type: "document", url: PDF, name: "n" },
        { type: "document", url: PDF },
        { type: "document", url: "data:text/plain,a" },
        { type: "document", url: "x" },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "t", opaque: wrapOpaque(MODEL.id, own) },
        { type: "reasoning", text: "", opaque: wrapOpaque(MODEL.id, own) },
        text("a"),
        { type: "reasoning", text: "t", opaque: wrapOpaque("other", own) },
        { type: "reasoning", text: "t" },
        { type: "refusal", text: "b" },
        { type: "call", id: "1", name: "f", input: "" },
        text("c"),
        { type: "call", id: "2", name: "c", input: "", isCustom: true },
      ],
    },
    { role: "tool", callId: "1", content: [] },
    { role: "tool", callId: "2", content: [text("a")] },
    { role: "tool", callId: "1", content: [text("a"), text("b")] },
    { role: "tool", callId: "1", content: [{ type: "image", url: PNG }] },
  ];
  const said = (...content: readonly object[]) => ({ type: "message", role: "assistant", content });
  const output = (value: string) => ({ type: "output_text", text: value, annotations: [] });
  const file = (filename: string, file_data: string) => ({
    type: "input_file",
    filename,
    file_data,
  });
  const image = { type: "input_image", image_url: PNG, detail: "auto" };
  const result = { type: "function_call_output", call_id: "1" };

  expect(Object(write({ messages })).input).toEqual([
    { type: "message", role: "developer", content: [{ type: "input_text", text: "a" }] },
    {
      type: "message",
      role: "user",
      content: [
        image,
        { ...image, detail: "low" },
        file("n", PDF),
        file("document.pdf", PDF),
        file("document.txt", "data:text/plain,a"),
        file("document.pdf", "x"),
      ],
    },
    { type: "reasoning", ...own, summary: [{ type: "summary_text", text: "t" }] },
    { type: "reasoning", ...own, summary: [] },
    said(output("a"), { type: "refusal", refusal: "b" }),
    { type: "function_call", call_id: "1", name: "f", arguments: "{}" },
    said(output("c")),
    { type: "custom_tool_call", call_id: "2", name: "c", input: "" },
    { ...result, output: "" },
    { type: "custom_tool_call_output", call_id: "2", output: "a" },
    {
      ...result,
      output: [
        { type: "input_text", text: "a" },
        { type: "input_text", text: "b" },
      ],
    },
    { ...result, output: [image] },
  ]);
});
