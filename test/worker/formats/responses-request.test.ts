import { expect, test } from "vitest";

import { chatModel } from "../../../worker/chat/formats/openai-chat/openai-chat.ts";
import { responsesModel } from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { modelOf } from "../../support/models.ts";
import { MODEL, readFields, refusalOf } from "../../support/responses.ts";

const ENCRYPTED = "reasoning.encrypted_content";
const PNG = "data:image/png;base64,iVBORw0KGgo=";

const conversation = (fields: object) => readFields(fields).conversation;
const forwarded = (fields: object, isRequested = true) =>
  Object(responsesModel.forwardRequest(readFields(fields), MODEL, isRequested));
const refused = (fields: object) => refusalOf(() => readFields(fields));

test("a text alone is what the user says, after the instructions", () => {
  expect(conversation({ instructions: "Be brief.", input: "Hi" }).messages).toEqual([
    { role: "system", content: [{ type: "text", text: "Be brief." }] },
    { role: "user", content: [{ type: "text", text: "Hi" }] },
  ]);
});

test("messages are read in both of their spellings", () => {
  const input = [
    { role: "developer", content: "Be brief." },
    { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] },
    {
      type: "message",
      role: "assistant",
      id: "msg_1",
      status: "completed",
      content: [
        { type: "output_text", text: "Hello", annotations: [] },
        { type: "refusal", refusal: "No." },
      ],
    },
  ];

  expect(conversation({ input }).messages).toEqual([
    { role: "developer", content: [{ type: "text", text: "Be brief." }] },
    { role: "user", content: [{ type: "text", text: "Hi" }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "Hello" },
        { type: "refusal", text: "No." },
      ],
    },
  ]);
});

test("images and documents are read, with detail and name", () => {
  const content = [
    { type: "input_image", image_url: PNG, detail: "original" },
    { type: "input_image", image_url: "https://images.test/a.png", file_id: null },
    { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,QQ==" },
    { type: "input_file", file_data: "QQ==" },
  ];

  expect(conversation({ input: [{ role: "user", content }] }).messages).toEqual([
    {
      role: "user",
      content: [
        { type: "image", url: PNG, detail: "original" },
        { type: "image", url: "https://images.test/a.png" },
        { type: "document", url: "data:application/pdf;base64,QQ==", name: "a.pdf" },
        { type: "document", url: "data:application/pdf;base64,QQ==" },
      ],
    },
  ]);
});

test("parallel calls and their results, images too, are one turn and its answers", () => {
  const input = [
    { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: '{"at":1}' },
    { type: "custom_tool_call", id: "ctc_1", call_id: "call_2", name: "patch", input: "*** Begin" },
    {
      type: "function_call_output",
      call_id: "call_1",
      output: [
        { type: "input_text", text: "seen" },
        { type: "input_image", image_url: PNG },
      ],
    },
    { type: "custom_tool_call_output", call_id: "call_2", output: "done" },
  ];

  expect(conversation({ input }).messages).toEqual([
    {
      role: "assistant",
      content: [
        { type: "call", id: "call_1", name: "look", input: '{"at":1}' },
        { type: "call", id: "call_2", name: "patch", input: "*** Begin", isCustom: true },
      ],
    },
    {
      role: "tool",
      callId: "call_1",
      content: [
        { type: "text", text: "seen" },
        { type: "image", url: PNG },
      ],
    },
    { role: "tool", callId: "call_2", content: [{ type: "text", text: "done" }] },
  ]);
});

test("reasoning goes back to its model with its proof, and not at all without one", () => {
  const summary = [{ type: "summary_text", text: "Hm." }];
  const proved = { type: "reasoning", id: "rs_1", summary, encrypted_content: "gAAA" };
  const input = [
    { type: "reasoning", id: "rs_2", summary },
    { type: "reasoning", id: "rs_3", summary, encrypted_content: null },
    proved,
  ];

  expect(forwarded({ input }).input).toEqual([proved]);
  expect(conversation({ input }).messages).toEqual([
    { role: "assistant", content: [{ type: "reasoning", text: "Hm.", opaque: "gAAA" }] },
  ]);
});

test("what another model thought reaches no model of the format", () => {
  const own = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" };
  const encrypted_content = wrapOpaque("anthropic/claude-x", "signature");
  const others = { type: "reasoning", id: "rs_2", summary: [], encrypted_content };
  const said = { role: "user", content: "Hi" };

  expect(forwarded({ input: [own, others, said] }).input).toEqual([own, said]);
  expect(forwarded({ input: [own, others, said] }, false).input).toEqual([said]);
});

test("an item_reference is refused with what to set", () => {
  const input = [
    { role: "user", content: "Hi" },
    { type: "item_reference", id: "msg_1" },
  ];

  expect(refused({ input })).toMatchObject({ status: 400, param: "input.1" });
  expect(refused({ input }).message).toContain("providerOptions.openai.store = false");
});

test("nothing is stored, and reasoning comes back encrypted", () => {
  const include = ["web_search_call.action.sources"];

  expect(forwarded({ store: false, include })).toMatchObject({
    store: false,
    include: [...include, "reasoning.encrypted_content"],
  });
  expect(forwarded({ store: null })).toMatchObject({
    store: false,
    include: ["reasoning.encrypted_content"],
  });
});

// OpenAI refuses it with 400 where a model does not reason; agents send it to every model.
test.each([
  ["openai/gpt-4.1-mini", false],
  ["openai/gpt-4o", false],
  ["openai/gpt-3.5-turbo", false],
  ["openai/chatgpt-4o-latest", false],
  ["openai/gpt-5.2-chat-latest", false],
  ["openai/gpt-5.6-terra", true],
  ["openai/o4-mini", true],
  ["@cf/openai/gpt-oss-120b", true],
])("of %s reasoning is asked for where it has any (%s)", (id, isAsked) => {
  const model = { ...modelOf(id), speaks: "responses" } as const;
  const asked = [
    responsesModel.forwardRequest(readFields({}), model, true),
    responsesModel.forwardRequest(readFields({ include: [ENCRYPTED] }), model, true),
    responsesModel.writeRequest(conversation({}), model, false),
  ];

  const include = isAsked ? [ENCRYPTED] : undefined;
  expect(asked.map((inputs) => Object(inputs).include)).toEqual([include, include, include]);
});

test.each(["previous_response_id", "conversation", "background"])(
  "%s, where the stack allows it, goes to no model of another format",
  (field) => {
    const request = readFields({ [field]: field === "background" ? true : "resp_1" }, [
      "store",
      "background",
    ]);

    expect(
      refusalOf(() => chatModel.writeRequest(request.conversation, MODEL, false)),
    ).toMatchObject({ status: 400, param: field });
  },
);

test("a stack that allows it stores what a request says shall be stored, and no more", () => {
  const fields = { store: true, previous_response_id: "resp_1" };

  expect(readFields(fields, ["store"]).fields).toMatchObject(fields);
  expect(readFields({}, ["store"]).fields).toMatchObject({ store: false });
});

test.each([
  ["store", { store: true }],
  ["previous_response_id", { previous_response_id: "resp_1" }],
  ["conversation", { conversation: { id: "conv_1" } }],
  ["prompt", { prompt: { id: "pmpt_1" } }],
  ["background", { background: true }],
  ["background_options", { background_options: { completion_window: "8h" } }],
  ["prompt_cache_retention", { prompt_cache_retention: "24h" }],
  ["prompt_cache_options.ttl", { prompt_cache_options: { ttl: "12h" } }],
  ["input.0.content.0.file_id", withPart({ type: "input_image", file_id: "file_1" })],
  ["input.0.content.0.file_id", withPart({ type: "input_file", file_id: "file_1" })],
  ["input.0.content.0.file_url", withPart({ type: "input_file", file_url: "https://a.test" })],
  ["input.0", { input: [{ type: "computer_call_output", output: { file_id: "file_1" } }] }],
  ["tools.0", { tools: [{ type: "web_search", external_web_access: false }] }],
  ["tools.0", { tools: [{ type: "web_search_preview_2025_03_11" }] }],
  ["tools.0", { tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }],
  ["tools.0", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
  ["tools.0", { tools: [{ type: "programmatic_tool_calling" }] }],
  ["tools.0", { tools: [{ type: "image_generation" }] }],
  ["tools.0", { tools: [{ type: "mcp", server_label: "a", server_url: "https://a.test" }] }],
  ["tools.0.environment", { tools: [{ type: "shell", environment: { type: "container_auto" } }] }],
  ["input.0.tools.0", { input: [{ type: "additional_tools", tools: [{ type: "web_search" }] }] }],
  ["tool_choice", { tool_choice: { type: "web_search_preview" } }],
  ["tool_choice.tools.0", { tool_choice: allowing({ type: "mcp", server_label: "a" }) }],
])("%s reaches further than an answer, and is refused by its path", (path, fields) => {
  expect(refused(fields)).toMatchObject({ status: 400, param: path });
});

test.each([
  ["tools.0", { tools: [{ type: "telepathy" }] }],
  ["tool_choice", { tool_choice: { type: "telepathy" } }],
  ["moderation", { moderation: { model: "omni-moderation-latest" } }],
  ["input.0.type", { input: [{ type: "telepathy" }] }],
  ["input.0.content.0.type", withPart({ type: "input_audio", input_audio: {} })],
  ["input.0.content.0.image_url", withPart({ type: "input_image" })],
  ["input.0.content.0.image_url", withPart({ type: "input_image", image_url: "file:///a" })],
  ["input.0.call_id", { input: [{ type: "function_call", name: "look", arguments: "{}" }] }],
  ["input", { input: 7 }],
])("%s that nobody can serve is refused by its path", (path, fields) => {
  expect(refused(fields)).toMatchObject({ status: 400, param: path });
});

test("a provider's tool that the stack allows passes to its own format, and to no other", () => {
  const request = readFields({ tools: [{ type: "web_search" }] }, ["web_search"]);

  expect(request.fields).toMatchObject({ tools: [{ type: "web_search" }] });
  expect(refusalOf(() => chatModel.writeRequest(request.conversation, MODEL, false))).toMatchObject(
    { status: 400, param: "tools.0" },
  );
});

test.each([
  ["tools.0", { tools: [{ type: "local_shell" }] }],
  ["tools.0", { tools: [{ type: "shell", environment: { type: "local" } }] }],
  ["tools.0", { tools: [{ type: "apply_patch" }] }],
  ["tools.0", { tools: [{ type: "computer_use_preview", display_width: 1 }] }],
  ["tools.0", { tools: [{ type: "tool_search", execution: "client" }] }],
  ["tool_choice", { tool_choice: { type: "apply_patch" } }],
  ["input.0", { input: [{ type: "local_shell_call", call_id: "call_1", action: {} }] }],
  ["input.0", { input: [{ type: "compaction", encrypted_content: "gAAA" }] }],
  ["top_logprobs", { top_logprobs: 2 }],
])("%s of the format's own passes, and no other format gets it", (path, fields) => {
  expect(forwarded(fields)).toMatchObject(fields);
  expect(refusalOf(() => chatModel.writeRequest(conversation(fields), MODEL, false))).toMatchObject(
    { status: 400, param: path },
  );
});

test("tools are read with the settings that they have", () => {
  const parameters = { type: "object", properties: {} };
  const format = { type: "grammar", syntax: "lark", definition: "start: /.+/" };
  const tools = [
    { type: "function", name: "look", description: null, parameters, strict: true },
    { type: "function", name: "wait", parameters: null, strict: null },
    { type: "custom", name: "patch", description: "Patches.", format },
  ];

  expect(conversation({ tools }).tools).toEqual([
    { kind: "function", name: "look", schema: parameters, strict: true },
    { kind: "function", name: "wait" },
    {
      kind: "custom",
      name: "patch",
      description: "Patches.",
      grammar: { syntax: "lark", definition: "start: /.+/" },
    },
  ]);
});

test("what Codex sends by default passes, and is understood, without its web search", () => {
  const grouped = [{ type: "function", name: "spawn", strict: false, parameters: {} }];
  const tools = [
    { type: "function", name: "exec_command", strict: false, parameters: {} },
    { type: "namespace", name: "agents", description: "Agents.", tools: grouped },
  ];
  const call = { type: "function_call", call_id: "call_1", namespace: "agents", name: "spawn" };
  const input = [
    { type: "additional_tools", role: "developer", tools: [{ ...tools[1], name: "team" }] },
    { type: "message", id: "msg_1", role: "user", content: [{ type: "input_text", text: "Hi" }] },
    { ...call, id: "fc_1", status: "completed", arguments: "{}" },
    { type: "function_call_output", id: "fco_1", call_id: "call_1", output: "ok" },
  ];
  const fields = {
    input,
    tools,
    tool_choice: "auto",
    parallel_tool_calls: true,
    reasoning: { summary: "auto", effort: "medium", context: "all_turns" },
    text: { verbosity: "low" },
    prompt_cache_key: "thread-1",
  };
  const request = readFields({ ...fields, store: false, client_metadata: { turn_id: "t-1" } });

  expect(request.ignored).toEqual(["client_metadata"]);
  expect(request.fields).toMatchObject(fields);
  expect(request.fields).not.toHaveProperty("client_metadata");
  expect(request.conversation.tools).toMatchObject([
    { kind: "function", name: "exec_command" },
    { kind: "function", name: "agents__spawn" },
    { kind: "function", name: "team__spawn" },
  ]);
  expect(request.conversation.messages[1]).toEqual({
    role: "assistant",
    content: [{ type: "call", id: "call_1", name: "agents__spawn", input: "{}" }],
  });
});

test.each([
  ["none", { mode: "none" }],
  ["required", { mode: "required" }],
  [
    { type: "function", name: "look" },
    { mode: "required", only: ["look"] },
  ],
  [
    { type: "custom", name: "patch" },
    { mode: "required", only: ["patch"] },
  ],
  [allowing({ type: "function", name: "look" }), { mode: "auto", only: ["look"] }],
])("tool_choice %j is read", (tool_choice, toolChoice) => {
  expect(conversation({ tool_choice }).toolChoice).toEqual(toolChoice);
});

test("the settings of an answer are read", () => {
  const schema = { type: "object" };
  const format = { type: "json_schema", name: "port", schema, strict: true };

  expect(
    conversation({
      text: { format, verbosity: "low" },
      reasoning: { effort: "high", summary: "auto" },
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      parallel_tool_calls: false,
    }),
  ).toMatchObject({
    answerFormat: { type: "schema", name: "port", schema, strict: true },
    verbosity: "low",
    effort: "high",
    maxTokens: 50,
    temperature: 0.5,
    topP: 0.9,
    parallelCalls: false,
  });
});

test("null is as good as absent", () => {
  const nulls = { instructions: null, tools: null, text: null, reasoning: null, metadata: null };

  expect(forwarded({ ...nulls, conversation: null, moderation: null, unheard_of: null })).toEqual({
    input: "Hi",
    store: false,
    include: ["reasoning.encrypted_content"],
  });
});

test("fields that nobody knows reach no model, and are named", () => {
  const request = readFields({ gateway: { id: "other" }, client_metadata: {} });

  expect(request.ignored).toEqual(["gateway", "client_metadata"]);
  expect(Object.keys(request.fields)).toEqual(["input", "store"]);
});

test("a mark of a cache is read, and a long one refused", () => {
  const prompt_cache_breakpoint = { mode: "explicit" };
  const part = { type: "input_text", text: "Hi", prompt_cache_breakpoint };

  expect(conversation(withPart(part)).messages).toEqual([
    { role: "user", content: [{ type: "text", text: "Hi", isCacheMark: true }] },
  ]);
  expect(
    refused(withPart({ ...part, prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } })),
  ).toMatchObject({ param: "input.0.content.0.prompt_cache_breakpoint.ttl" });
});

function withPart(part: object): object {
  return { input: [{ role: "user", content: [part] }] };
}

function allowing(tool: object): object {
  return { type: "allowed_tools", mode: "auto", tools: [tool] };
}
