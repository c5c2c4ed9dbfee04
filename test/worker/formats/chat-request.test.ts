/** How a request in OpenAI's chat form becomes a conversation, and a conversation such a request. */
import { expect, test } from "vitest";

import { REACHES } from "../../../worker/chat/env.ts";
import type { Conversation, Message } from "../../../worker/chat/formats/conversation.ts";
import { chatModel } from "../../../worker/chat/formats/openai-chat/openai-chat.ts";
import { readChatRequest } from "../../../worker/chat/formats/openai-chat/read-request.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { workersAiModel } from "../../../worker/chat/formats/workers-ai/workers-ai.ts";
import { modelOf } from "../../support/models.ts";
import { refusalOf } from "../../support/responses.ts";

const MODEL = modelOf("openai/gpt-x");
const HI = { role: "user", content: "Hi" } as const;
const SAID: Message = { role: "user", content: [{ type: "text", text: "Hi" }] };
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,QQ==";

const read = (fields: object = {}) =>
  readChatRequest(JSON.stringify({ model: MODEL.id, messages: [HI], ...fields }), {
    ALLOW: [...REACHES],
  });
const asJson = (fields: object): Record<string, unknown> => JSON.parse(JSON.stringify(fields));
const write = (changes: Partial<Conversation> = {}) =>
  asJson(chatModel.writeRequest({ messages: [SAID], tools: [], ...changes }, MODEL, false));
const forward = (fields: object, isRequested = true) =>
  asJson(chatModel.forwardRequest(read(fields), MODEL, isRequested));

const PROOF = wrapOpaque(MODEL.id, "reasoning");
const text = (value: string) => ({ type: "text", text: value }) as const;
const called = { type: "function", function: { name: "look", arguments: "{}" } };

/** Messages of the form, what is read of them, and what is written of that again. */
test.each<[string, readonly object[], readonly object[], readonly object[]]>([
  [
    "prompts",
    [
      { role: "system", content: "Be" },
      { role: "developer", content: [text("brief"), text("now")] },
    ],
    [
      { role: "system", content: [text("Be")] },
      { role: "developer", content: [text("brief"), text("now")] },
    ],
    [
      { role: "system", content: "Be" },
      { role: "developer", content: "brief\nnow" },
    ],
  ],
  [
    "texts of the user",
    [{ role: "user", content: [text("a"), text("b")] }],
    [{ role: "user", content: [text("a"), text("b")] }],
    [{ role: "user", content: "a\nb" }],
  ],
  [
    "no text",
    [{ role: "user", content: "" }],
    [{ role: "user", content: [] }],
    [{ role: "user", content: "" }],
  ],
  [
    "images and files",
    [
      {
        role: "user",
        content: [
          text("a"),
          { type: "image_url", image_url: { url: PNG, detail: "low" } },
          { type: "image_url", image_url: { url: PNG } },
          { type: "file", file: { file_data: PDF, filename: "a.pdf" } },
          { type: "file", file: { file_data: PDF } },
        ],
      },
    ],
    [
      {
        role: "user",
        content: [
          text("a"),
          { type: "image", url: PNG, detail: "low" },
          { type: "image", url: PNG },
          { type: "document", url: PDF, name: "a.pdf" },
          { type: "document", url: PDF },
        ],
      },
    ],
    [
      {
        role: "user",
        content: [
          text("a"),
          { type: "image_url", image_url: { url: PNG, detail: "low" } },
          { type: "image_url", image_url: { url: PNG } },
          { type: "file", file: { file_data: PDF, filename: "a.pdf" } },
          { type: "file", file: { file_data: PDF } },
        ],
      },
    ],
  ],
  [
    "a mark of a cache, which the form has not",
    [{ role: "user", content: [{ ...text("a"), cache_control: { type: "ephemeral" } }] }],
    [{ role: "user", content: [{ ...text("a"), isCacheMark: true }] }],
    [{ role: "user", content: "a" }],
  ],
  [
    "what the assistant says, refuses and calls",
    [
      {
        role: "assistant",
        content: [text("a"), { type: "refusal", refusal: "b" }],
        refusal: "c",
        tool_calls: [
          { id: "1", ...called },
          { id: "2", type: "custom", custom: { name: "patch", input: "x" } },
        ],
      },
    ],
    [
      {
        role: "assistant",
        content: [
          text("a"),
          { type: "refusal", text: "b" },
          { type: "refusal", text: "c" },
          { type: "call", id: "1", name: "look", input: "{}" },
          { type: "call", id: "2", name: "patch", input: "x", isCustom: true },
        ],
      },
    ],
    [
      {
        role: "assistant",
        content: "a",
        refusal: "b\nc",
        tool_calls: [
          { id: "1", ...called },
          { id: "2", type: "custom", custom: { name: "patch", input: "x" } },
        ],
      },
    ],
  ],
  [
    "calls alone",
    [{ role: "assistant", content: null, tool_calls: [{ id: "1", ...called }] }],
    [{ role: "assistant", content: [{ type: "call", id: "1", name: "look", input: "{}" }] }],
    [{ role: "assistant", tool_calls: [{ id: "1", ...called }] }],
  ],
  [
    "a refusal alone",
    [{ role: "assistant", refusal: "No" }],
    [{ role: "assistant", content: [{ type: "refusal", text: "No" }] }],
    [{ role: "assistant", refusal: "No" }],
  ],
  [
    "nothing said, which is no message",
    [{ role: "assistant", content: "" }, HI],
    [{ role: "assistant", content: [] }, SAID],
    [HI],
  ],
  [
    "a thought alone, which is no message",
    [{ role: "assistant", reasoning: "Hm" }],
    [{ role: "assistant", content: [{ type: "reasoning", text: "Hm" }] }],
    [],
  ],
  [
    "a thought with the model's own proof, in the field that showed it",
    [
      {
        role: "assistant",
        content: "a",
        reasoning_content: "Hm",
        reasoning_details: [{ data: PROOF }, { data: "of no one" }, {}, { data: PROOF }],
      },
    ],
    [
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm", opaque: PROOF },
          { type: "reasoning", text: "", opaque: PROOF },
          text("a"),
        ],
      },
    ],
    [{ role: "assistant", content: "a", reasoning: "Hm\n" }],
  ],
  [
    "a thought with another's proof, which goes to no other",
    [
      {
        role: "assistant",
        content: "a",
        reasoning: "Hm",
        reasoning_details: [{ data: wrapOpaque("other", "reasoning") }],
      },
    ],
    [
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm", opaque: wrapOpaque("other", "reasoning") },
          text("a"),
        ],
      },
    ],
    [{ role: "assistant", content: "a" }],
  ],
  [
    "details that are none",
    [{ role: "assistant", content: "a", reasoning: 5, reasoning_details: "none" }],
    [{ role: "assistant", content: [text("a")] }],
    [{ role: "assistant", content: "a" }],
  ],
  [
    "results",
    [
      { role: "tool", tool_call_id: "1", content: "31" },
      { role: "tool", tool_call_id: "2", content: [text("a"), text("b")] },
    ],
    [
      { role: "tool", callId: "1", content: [text("31")] },
      { role: "tool", callId: "2", content: [text("a"), text("b")] },
    ],
    [
      { role: "tool", tool_call_id: "1", content: "31" },
      { role: "tool", tool_call_id: "2", content: "a\nb" },
    ],
  ],
])("%s are read, and written again", (_, messages, conversed, written) => {
  const { conversation } = read({ messages });

  expect(conversation.messages).toEqual(conversed);
  expect(write(conversation)["messages"]).toEqual(written);
});

test("images of results follow as the user's, after all results of a turn", () => {
  const seen = (callId: string): Message => ({
    role: "tool",
    callId,
    content: [text("a"), { type: "image", url: PNG, detail: "odd" }],
  });
  const shown = (callId: string) => [
    text(`Result of the call ${callId}:`),
    { type: "image_url", image_url: { url: PNG } },
  ];
  const result = (tool_call_id: string) => ({ role: "tool", tool_call_id, content: "a" });

  expect(write({ messages: [seen("1"), seen("2"), SAID, seen("3")] })["messages"]).toEqual([
    result("1"),
    result("2"),
    { role: "user", content: [...shown("1"), ...shown("2")] },
    HI,
    result("3"),
    { role: "user", content: shown("3") },
  ]);
});

const SCHEMA = { type: "object" };
const LOOK = { name: "look", description: "d", parameters: SCHEMA, strict: true };
const GRAMMAR = { syntax: "lark", definition: "start: x" };
const FUNCTION = { type: "function", function: { name: "look" } };
const CUSTOM = { type: "custom", custom: { name: "patch" } };
const TOOLS = [
  { type: "function", function: LOOK },
  { type: "custom", custom: { name: "patch", description: "d" } },
  { type: "custom", custom: { name: "patch", format: { type: "grammar", grammar: GRAMMAR } } },
];
const READ_TOOLS = [
  { kind: "function", name: "look", description: "d", strict: true, schema: SCHEMA },
  { kind: "custom", name: "patch", description: "d" },
  { kind: "custom", name: "patch", grammar: GRAMMAR },
];

/** Fields of the form, and what is read of them; they are written as they came. */
test.each<[object, object]>([
  [{ tools: TOOLS }, { tools: READ_TOOLS }],
  [
    { tools: TOOLS, parallel_tool_calls: false },
    { tools: READ_TOOLS, parallelCalls: false },
  ],
  ...(["auto", "none", "required"] as const).map((mode): [object, object] => [
    { tools: TOOLS, tool_choice: mode },
    { toolChoice: { mode } },
  ]),
  [{ tools: TOOLS, tool_choice: FUNCTION }, { toolChoice: { mode: "required", only: ["look"] } }],
  [{ tools: TOOLS, tool_choice: CUSTOM }, { toolChoice: { mode: "required", only: ["patch"] } }],
  [
    {
      tools: TOOLS,
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [FUNCTION, CUSTOM] },
      },
    },
    { toolChoice: { mode: "required", only: ["look", "patch"] } },
  ],
  [
    {
      tools: TOOLS,
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [FUNCTION] } },
    },
    { toolChoice: { mode: "auto", only: ["look"] } },
  ],
  [{ response_format: { type: "json_object" } }, { answerFormat: { type: "json" } }],
  [
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", description: "d", schema: SCHEMA, strict: false },
      },
    },
    {
      answerFormat: { type: "schema", name: "n", description: "d", schema: SCHEMA, strict: false },
    },
  ],
  [{ max_completion_tokens: 9 }, { maxTokens: 9 }],
  [{ temperature: 0 }, { temperature: 0 }],
  [{ top_p: 0 }, { topP: 0 }],
  [{ stop: ["."] }, { stop: ["."] }],
  [{ seed: -7 }, { seed: -7 }],
  [{ frequency_penalty: -2 }, { frequencyPenalty: -2 }],
  [{ presence_penalty: 2 }, { presencePenalty: 2 }],
  [{ reasoning_effort: "low" }, { effort: "low" }],
  ...["low", "medium", "high"].map((verbosity): [object, object] => [{ verbosity }, { verbosity }]),
])("%j is read, written again, and passed on", (fields, expected) => {
  const { conversation } = read(fields);

  expect(conversation).toMatchObject(expected);
  expect(write(conversation)).toEqual({ messages: [HI], ...fields });
  expect(forward(fields)).toEqual({ messages: [HI], ...fields });
});

test.each<[object, object]>([
  [{ max_tokens: 9 }, { max_completion_tokens: 9 }],
  [{ max_tokens: 9, max_completion_tokens: 8 }, { max_completion_tokens: 8 }],
  [{ stop: "." }, { stop: "." }],
  [{ stop: [] }, {}],
  [{ stop: null, tools: null }, {}],
  [{ response_format: { type: "text" } }, { response_format: { type: "text" } }],
  [{ tools: [], parallel_tool_calls: true, tool_choice: "auto" }, {}],
  [{ tools: [], tool_choice: "none" }, {}],
  [{ tools: [], tool_choice: "required" }, { tool_choice: "required" }],
  [{ parallel_tool_calls: true }, { parallel_tool_calls: true }],
  [
    { store: true, web_search_options: {} },
    { store: true, web_search_options: {} },
  ],
  [{ prompt_cache_key: "k" }, { prompt_cache_key: "k" }],
  [{ prompt_cache_retention: "24h" }, { prompt_cache_retention: "24h" }],
  [{ stream: true }, { stream: true }],
  [{ stream_options: { include_usage: true } }, {}],
  [
    { stream: true, stream_options: { include_usage: true } },
    { stream: true, stream_options: { include_usage: true } },
  ],
  [{ stream: true, stream_options: { include_usage: null } }, { stream: true }],
])("of %j a model of the form gets %j", (fields, sent) => {
  expect(forward(fields)).toEqual({ messages: [HI], ...sent });
});

test.each<[object, object]>([
  [{ max_tokens: 9 }, { maxTokens: 9 }],
  [{ max_tokens: 9, max_completion_tokens: 8 }, { maxTokens: 8 }],
  [{ stop: "." }, { stop: ["."] }],
  [{ stop: [] }, { stop: undefined }],
  [{ response_format: { type: "text" } }, { answerFormat: undefined }],
  [{ tools: [{ ...CUSTOM, custom: { name: "x", format: { type: "text" } } }] }, { tools: [{}] }],
])("of %j every other model gets %j", (fields, conversation) => {
  expect(read(fields).conversation).toMatchObject(conversation);
});

test("a stream is read, and asked for with its counts", () => {
  expect(read({ stream: true })).toMatchObject({ isStreamed: true, includeUsage: false });
  expect(read({ stream_options: { include_usage: true } })).toMatchObject({
    isStreamed: false,
    includeUsage: false,
  });
  expect(read({ stream: true, stream_options: { include_usage: true } }).includeUsage).toBe(true);
  expect(chatModel.writeRequest({ messages: [SAID], tools: [] }, MODEL, true)).toMatchObject({
    stream: true,
    stream_options: { include_usage: true },
  });
});

test.each<[string, Partial<Conversation>, object]>([
  ["no stop", { stop: [] }, {}],
  ["a verbosity that is none of the form's", { verbosity: "mute" }, {}],
  ["a choice without tools", { toolChoice: { mode: "auto" }, parallelCalls: true }, {}],
  [
    "a choice among none",
    { tools: [{ kind: "function", name: "f" }], toolChoice: { mode: "none", only: ["f"] } },
    { tools: [{ type: "function", function: { name: "f" } }], tool_choice: "none" },
  ],
  [
    "a choice that one tool may answer",
    { tools: [{ kind: "function", name: "f" }], toolChoice: { mode: "auto", only: ["f"] } },
    {
      tools: [{ type: "function", function: { name: "f" } }],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
      },
    },
  ],
])("%s is written as the form has it", (_, changes, fields) => {
  expect(write(changes)).toEqual({ messages: [HI], ...fields });
});

test("a tool that only another form has is refused by its place", () => {
  const tools = [{ kind: "own", type: "computer", path: "tools.0" }] as const;

  expect(refusalOf(() => write({ tools }))).toEqual({
    status: 400,
    code: "unsupported_parameter",
    param: "tools.0",
    message:
      "tools.0: the model takes OpenAI's chat format, which has no tool of type computer; leave it out, or ask another model",
  });
});

test("reasoning and signatures go to the requested model, and to no other", () => {
  const own = { role: "assistant", content: "a", reasoning: "Hm", reasoning_details: [{ a: 1 }] };
  const signed = { id: "1", ...called, extra_content: { signature: "s" } };
  const custom = { id: "2", type: "custom", custom: { name: "patch", input: "x" } };
  const messages = [HI, { ...own, tool_calls: [signed, custom] }];

  expect(forward({ messages })["messages"]).toEqual(messages);
  expect(forward({ messages }, false)["messages"]).toEqual([
    HI,
    { role: "assistant", content: "a", tool_calls: [{ id: "1", ...called }, custom] },
  ]);
  expect(forward({ messages: [own] }, false)["messages"]).toEqual([
    { role: "assistant", content: "a" },
  ]);
});

test("what the Worker proved for another form's model goes to no model of this one", () => {
  const proved = { role: "assistant", content: "a", reasoning_details: [{ data: PROOF }] };
  const messages = [{ ...proved, reasoning_content: "Hm" }, HI];

  expect(forward({ messages })["messages"]).toEqual([{ role: "assistant", content: "a" }, HI]);
});

test("only the fields of the form are read, and others are named", () => {
  const request = read({ gateway: { id: "x" }, user: "u", safety_identifier: null, n: 1 });

  expect(request.ignored).toEqual(["gateway", "user"]);
  expect(request.fields).toEqual({ messages: [HI] });
});

const OWN = modelOf("@cf/old/model");
const toOwn = (fields: object) => asJson(workersAiModel.forwardRequest(read(fields), OWN, true));

test.each<[object, object]>([
  [{ max_tokens: 9, max_completion_tokens: 8 }, { max_tokens: 8 }],
  [{ stream: true, stream_options: { include_usage: true } }, { stream: true }],
  [
    {
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
      store: true,
      web_search_options: {},
      verbosity: "low",
    },
    {},
  ],
  [{ response_format: { type: "text" } }, {}],
  [
    { response_format: { type: "json_schema", json_schema: { name: "n", schema: SCHEMA } } },
    { response_format: { type: "json_schema", json_schema: { title: "n", type: "object" } } },
  ],
  [
    {
      response_format: { type: "json_schema", json_schema: { name: "n", description: "d" } },
    },
    { response_format: { type: "json_schema", json_schema: { title: "n", description: "d" } } },
  ],
  [
    { tools: [{ type: "function", function: LOOK }], tool_choice: FUNCTION },
    { tools: [{ type: "function", function: LOOK }], tool_choice: FUNCTION },
  ],
  [
    {
      tools: [
        { type: "function", function: LOOK },
        { type: "function", function: { name: "buy" } },
      ],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [FUNCTION] },
      },
    },
    { tools: [{ type: "function", function: LOOK }], tool_choice: "required" },
  ],
  [
    { temperature: 0, seed: 7 },
    { temperature: 0, seed: 7 },
  ],
])("of %j a Workers AI model gets %j", (fields, sent) => {
  expect(toOwn(fields)).toEqual({ messages: [HI], ...sent });
});

test.each<[string, object, string]>([
  ["a file", { type: "file", file: { file_data: PDF } }, "messages.0.content.1"],
  [
    "an address",
    { type: "image_url", image_url: { url: "https://a.test/data:" } },
    "messages.0.content.1.image_url.url",
  ],
])("%s for a Workers AI model is refused by its place", (_, part, param) => {
  const messages = [{ role: "user", content: [text("a"), part] }];
  const refusal = refusalOf(() => toOwn({ messages }));

  expect(refusal).toMatchObject({ code: "invalid_value", param });
  expect(refusal.message).toMatch(`${param}: Workers AI's models take no `);
});

test("a Workers AI model gets an image in whatever case its address begins", () => {
  const content = [{ type: "image_url", image_url: { url: PNG.replace("data", "DATA") } }];
  const messages = [{ role: "user", content }];

  expect(toOwn({ messages })).toEqual({ messages });
});
