import fc from "fast-check";
import { expect, test } from "vitest";

import { Gathered, partsOf } from "../../../worker/chat/formats/answer.ts";
import type {
  Answer,
  Conversation,
  Message,
  Part,
} from "../../../worker/chat/formats/conversation.ts";
import { AnswerError } from "../../../worker/chat/formats/format.ts";
import {
  responsesCaller,
  responsesModel,
} from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { modelOf } from "../../support/models.ts";
import {
  eventsOf,
  headOf,
  MODEL,
  readEvents,
  readFields,
  refusalOf,
  streamAnswerOf,
} from "../../support/responses.ts";
import { runs } from "../../support/runs.ts";

const HI: Message = { role: "user", content: [{ type: "text", text: "Hi" }] };
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const write = (conversation: Partial<Conversation>) =>
  Object(responsesModel.writeRequest({ messages: [HI], tools: [], ...conversation }, MODEL, false));

test("a conversation is written as items, and nothing is stored", () => {
  const messages: readonly Message[] = [
    { role: "system", content: [{ type: "text", text: "Be brief." }] },
    { role: "user", content: [{ type: "image", url: PNG }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "Let me see." },
        { type: "call", id: "call_1", name: "look", input: "" },
        { type: "call", id: "call_2", name: "patch", input: "***", isCustom: true },
      ],
    },
    { role: "tool", callId: "call_1", content: [{ type: "image", url: PNG, detail: "low" }] },
    { role: "tool", callId: "call_2", content: [{ type: "text", text: "done" }] },
  ];

  expect(write({ messages })).toEqual({
    input: [
      { type: "message", role: "system", content: [{ type: "input_text", text: "Be brief." }] },
      {
        type: "message",
        role: "user",
        content: [{ type: "input_image", image_url: PNG, detail: "auto" }],
      },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Let me see.", annotations: [] }],
      },
      { type: "function_call", call_id: "call_1", name: "look", arguments: "{}" },
      { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "***" },
      {
        type: "function_call_output",
        call_id: "call_1",
        output: [{ type: "input_image", image_url: PNG, detail: "low" }],
      },
      { type: "custom_tool_call_output", call_id: "call_2", output: "done" },
    ],
    store: false,
    include: ["reasoning.encrypted_content"],
  });
});

test("functions are flat, and strict only where that was asked for", () => {
  const schema = { type: "object", properties: { at: { type: "number" } } };

  expect(
    write({
      tools: [
        { kind: "function", name: "look", schema },
        { kind: "function", name: "wait", strict: true },
        { kind: "custom", name: "patch", grammar: { syntax: "lark", definition: "start: /.+/" } },
      ],
      toolChoice: { mode: "required", only: ["patch"] },
      parallelCalls: false,
    }),
  ).toMatchObject({
    tools: [
      { type: "function", name: "look", parameters: schema, strict: false },
      {
        type: "function",
        name: "wait",
        parameters: { type: "object", properties: {} },
        strict: true,
      },
      {
        type: "custom",
        name: "patch",
        format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
      },
    ],
    tool_choice: { type: "custom", name: "patch" },
    parallel_tool_calls: false,
  });
});

test("some tools of several are allowed by name", () => {
  const tools = [{ kind: "function", name: "look" } as const];

  expect(write({ tools, toolChoice: { mode: "auto", only: ["look"] } })).toMatchObject({
    tool_choice: {
      type: "allowed_tools",
      mode: "auto",
      tools: [{ type: "function", name: "look" }],
    },
  });
});

test("settings are written where the format has them, and left out where it has none", () => {
  const fields = write({
    answerFormat: { type: "schema", name: "port", schema: { type: "object" } },
    verbosity: "low",
    effort: "high",
    maxTokens: 50,
    temperature: 0.5,
    topP: 0.9,
    topK: 5,
    seed: 7,
    frequencyPenalty: 1,
    presencePenalty: 1,
    stop: [],
  });

  expect(fields).toEqual({
    input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] }],
    text: {
      format: { type: "json_schema", name: "port", schema: { type: "object" }, strict: false },
      verbosity: "low",
    },
    reasoning: { effort: "high" },
    max_output_tokens: 50,
    temperature: 0.5,
    top_p: 0.9,
    store: false,
    include: ["reasoning.encrypted_content"],
  });
});

test("a limit below OpenAI's lowest is that one", () => {
  expect(write({ maxTokens: 1 })).toMatchObject({ max_output_tokens: 16 });
});

test("stop is refused by its name, and another format's tool by its path", () => {
  expect(refusalOf(() => write({ stop: ["."] }))).toMatchObject({ status: 400, param: "stop" });
  expect(
    refusalOf(() => write({ tools: [{ kind: "own", type: "bash", path: "tools.0" }] })),
  ).toMatchObject({ status: 400, param: "tools.0" });
});

test("reasoning goes back to the model that it came from, with its id", () => {
  const proof = { id: "rs_1", encrypted_content: "gAAA" };
  const opaque = wrapOpaque(MODEL.id, proof);
  const messages: readonly Message[] = [
    { role: "assistant", content: [{ type: "reasoning", text: "Hm.", opaque }] },
  ];

  expect(write({ messages })).toMatchObject({
    input: [{ type: "reasoning", ...proof, summary: [{ type: "summary_text", text: "Hm." }] }],
  });
  expect(
    responsesModel.writeRequest(
      { messages, tools: [] },
      { ...modelOf("openai/other"), speaks: "responses" },
      false,
    ),
  ).toMatchObject({ input: [] });
});

const MESSAGE = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "Hello.", annotations: [] }],
};
const CALL = {
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "look",
  arguments: '{"at":1}',
};

test("a whole answer is read, with what it does not say left open", () => {
  const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" };
  const output = [reasoning, MESSAGE, { type: "web_search_call", id: "ws_1" }, CALL];

  expect(responsesModel.readAnswer({ status: "completed", output, usage: null }, MODEL)).toEqual({
    content: [
      {
        type: "reasoning",
        text: "",
        opaque: wrapOpaque(MODEL.id, { id: "rs_1", encrypted_content: "gAAA" }),
      },
      { type: "text", text: "Hello." },
      { type: "call", id: "call_1", name: "look", input: '{"at":1}' },
    ],
    reason: "tool_calls",
  });
});

test.each([
  [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, "length"],
  [{ status: "incomplete", incomplete_details: { reason: "content_filter" } }, "content_filter"],
  [{ status: "incomplete" }, "length"],
  [{}, "stop"],
])("the end of an answer is read from %j", (fields, reason) => {
  expect(responsesModel.readAnswer({ ...fields, output: [MESSAGE] }, MODEL)?.reason).toBe(reason);
});

test("odd whole answers are answers", () => {
  const call = { ...CALL, call_id: null, arguments: { at: 1 } };

  expect(responsesModel.readAnswer({ output: [call] }, MODEL)?.content).toEqual([
    { type: "call", id: "fc_1", name: "look", input: '{"at":1}' },
  ]);
  expect(responsesModel.readAnswer({ output: [], output_text: "Hello." }, MODEL)?.content).toEqual([
    { type: "text", text: "Hello." },
  ]);
  expect(
    responsesModel.readAnswer({ output: [], usage: { input_tokens: 3, total_tokens: 5 } }, MODEL),
  ).toMatchObject({ usage: { input: 3, output: 2, total: 5 } });
});

test("a body of another form is none of this, and a failed answer is an error", () => {
  expect(responsesModel.readAnswer({ choices: [] }, MODEL)).toBeUndefined();
  expect(responsesModel.readAnswer("<html>", MODEL)).toBeUndefined();
  expect(() =>
    responsesModel.readAnswer({ status: "failed", output: [], error: { code: "x" } }, MODEL),
  ).toThrow(AnswerError);
  expect(() => responsesModel.readAnswer({ error: { message: "no" } }, MODEL)).toThrow(AnswerError);
});

const completed = (fields: object) => ({
  type: "response.completed",
  response: { status: "completed", output: [], ...fields },
});
const read = (...events: readonly object[]) => readEvents(responsesModel.openStream(MODEL), events);

test("an answer without a single piece is taken from its last event", () => {
  expect(read(completed({ output: [MESSAGE, CALL] }))).toEqual([
    { type: "text", text: "Hello." },
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "input", index: 0, text: '{"at":1}' },
    { type: "end", reason: "tool_calls" },
  ]);
});

test("what the last event repeats is not passed on again", () => {
  const place = { output_index: 0, content_index: 0 };

  expect(
    read(
      { type: "response.output_text.delta", ...place, delta: "Hel" },
      { type: "response.output_text.delta", ...place, delta: "lo." },
      { type: "response.output_text.done", ...place, text: "Hello." },
      { type: "response.output_item.done", output_index: 0, item: MESSAGE },
      { type: "response.output_item.added", output_index: 1, item: { ...CALL, arguments: "" } },
      { type: "response.function_call_arguments.delta", output_index: 1, delta: CALL.arguments },
      { type: "response.output_item.done", output_index: 1, item: CALL },
      completed({ output: [MESSAGE, CALL], usage: null }),
    ),
  ).toEqual([
    { type: "text", text: "Hel" },
    { type: "text", text: "lo." },
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "input", index: 0, text: '{"at":1}' },
    { type: "end", reason: "tool_calls" },
  ]);
});

test("a call whose beginning is left out begins with its end", () => {
  const item = { ...CALL, output_index: 0 };

  expect(
    read(
      { type: "response.function_call_arguments.delta", output_index: 0, delta: '{"at"' },
      { type: "response.function_call_arguments.delta", output_index: 0, delta: ":1}" },
      { type: "response.output_item.done", output_index: 0, item },
      completed({}),
    ),
  ).toEqual([
    { type: "call", index: 0, id: "call_1", name: "look" },
    { type: "input", index: 0, text: '{"at":1}' },
    { type: "end", reason: "tool_calls" },
  ]);
});

test("a message that follows streamed reasoning only in the last event is not lost", () => {
  const thought = { type: "response.reasoning_text.delta", output_index: 0, delta: "Hm." };

  expect(read(thought, completed({ output: [{ type: "reasoning" }, MESSAGE] }))).toEqual([
    { type: "reasoning", text: "Hm." },
    { type: "text", text: "Hello." },
    { type: "end", reason: "stop" },
  ]);
});

test("the parts of a summary stand apart, and end with their proof", () => {
  const delta = { type: "response.reasoning_summary_text.delta", output_index: 0 };
  const item = { type: "reasoning", id: "rs_1", encrypted_content: "gAAA" };

  expect(
    read(
      { ...delta, summary_index: 0, delta: "One." },
      { ...delta, summary_index: 1, delta: "Two" },
      { ...delta, summary_index: 1, delta: "." },
      { type: "response.output_item.done", output_index: 0, item },
    ),
  ).toEqual([
    { type: "reasoning", text: "One." },
    { type: "reasoning", text: "\n\nTwo" },
    { type: "reasoning", text: "." },
    { type: "opaque", opaque: wrapOpaque(MODEL.id, { id: "rs_1", encrypted_content: "gAAA" }) },
  ]);
});

test("events that nobody knows, and empty ones, say nothing", () => {
  const reader = responsesModel.openStream(MODEL);

  expect(reader.read({ data: "" })).toEqual([]);
  expect(reader.read({ event: "ping", data: "{}" })).toEqual([]);
  expect(readEvents(reader, [{ type: "response.created", response: { error: null } }])).toEqual([]);
  expect(readEvents(reader, [{ type: "response.telepathy.delta", delta: "x" }])).toEqual([]);
});

test.each([
  [{ type: "error", code: "server_error", message: "no" }],
  [{ type: "error", error: { code: "server_error", message: "no" } }],
  [{ error: { code: "server_error", message: "no" } }],
  [{ type: "response.failed", response: { status: "failed", error: { message: "no" } } }],
  [{ type: "response.cancelled", response: {} }],
  [completed({ error: { message: "no" } })],
])("%j is an error", (event) => {
  expect(() => read(event)).toThrow(AnswerError);
});

test("an answer that is cut by its length is over, and whole as far as it goes", () => {
  const reader = responsesModel.openStream(MODEL);
  const response = { output: [MESSAGE], incomplete_details: { reason: "max_output_tokens" } };
  const parts = readEvents(reader, [{ type: "response.incomplete", response }]);

  expect(parts.at(-1)).toEqual({ type: "end", reason: "length" });
  expect(reader.isOver).toBe(true);
  expect(reader.end()).toEqual([]);
});

test("a stream that ends before its answer does is cut, though it says it is done", () => {
  const reader = responsesModel.openStream(MODEL);
  readEvents(reader, [{ type: "response.output_text.delta", output_index: 0, delta: "Hel" }]);
  reader.read({ data: "[DONE]" });

  expect(reader.isOver).toBe(true);
  expect(() => reader.end()).toThrow("the stream ended before the answer did");
});

const text = fc.string({ minLength: 1, maxLength: 12 });
const call = { type: fc.constant("call" as const), id: fc.constant("call_1"), name: text };
const spoken = fc.oneof(
  fc.record({ type: fc.constantFrom("text" as const, "refusal" as const), text }),
  fc.record({ ...call, input: fc.dictionary(text, fc.integer()).map((it) => JSON.stringify(it)) }),
  fc.record({ ...call, input: text, isCustom: fc.constant(true) }),
);
const thought = fc.record({ type: fc.constant("reasoning" as const), text, opaque: text });
const USAGE = { input: 3, output: 2, total: 5, cached: 0, cacheWritten: 0, reasoning: 0 };
/** Answers as a stream gathers them: neighbours of one type are one. */
const answers = fc
  .record({
    content: fc.array(fc.oneof(spoken, thought), { maxLength: 6 }),
    reason: fc.constantFrom("stop" as const, "length" as const, "content_filter" as const),
    usage: fc.constantFrom(undefined, USAGE),
  })
  .map(({ content, reason, usage }): Answer => {
    const named = content.map((each, index) =>
      each.type === "call" ? { ...each, id: `call_${index}` } : each,
    );
    const hasCalls = named.some(({ type }) => type === "call");
    const end = reason === "stop" && hasCalls ? "tool_calls" : reason;
    return gathered(partsOf({ content: named, reason: end, usage }));
  });

test("an answer survives the way out and back, whole", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const body = responsesCaller.writeAnswer(answer, headOf());

      expect(proved(responsesModel.readAnswer(body, MODEL))).toEqual(proved(answer));
    }),
    runs(100, 20_000),
  );
});

test("an answer survives the way out and back, streamed", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const reader = responsesModel.openStream(MODEL);
      const parts = readEvents(reader, eventsOf(streamAnswerOf(answer)));

      expect(proved(gathered([...parts, ...reader.end()]))).toEqual(proved(answer));
    }),
    runs(100, 20_000),
  );
});

test("a conversation survives the way out and back", () => {
  fc.assert(
    fc.property(fc.array(spoken, { minLength: 1, maxLength: 6 }), text, (content, result) => {
      const messages: readonly Message[] = [
        HI,
        { role: "assistant", content },
        { role: "tool", callId: "call_1", content: [{ type: "text", text: result }] },
      ];

      expect(readFields(write({ messages })).conversation.messages).toEqual(messages);
    }),
    runs(100, 20_000),
  );
});

function gathered(parts: readonly Part[]): Answer {
  const whole = new Gathered();
  for (const part of parts) whole.add(part);
  return whole.answer;
}

/** Replaces the proofs of reasoning, which each way wraps once more. */
function proved(answer: Answer | undefined): unknown {
  const content = answer?.content.map((each) =>
    each.type === "reasoning" ? { ...each, opaque: each.opaque !== undefined } : each,
  );
  return { ...answer, content };
}
