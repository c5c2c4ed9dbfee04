/** How a model that speaks Anthropic's Messages is asked for callers of other forms, and read. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { partsOf } from "../../../worker/chat/formats/answer.ts";
import {
  messagesCaller,
  messagesModel,
} from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import type { Answer, Conversation } from "../../../worker/chat/formats/conversation.ts";
import { AnswerError } from "../../../worker/chat/formats/format.ts";
import { wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import {
  asStream,
  conversation,
  finalMessage,
  gather,
  HEAD,
  MODEL,
  OTHER,
  read,
  write,
} from "../../support/messages.ts";
import { refusalOf } from "../../support/responses.ts";
import { runs } from "../../support/runs.ts";

const text = (value: string) => ({ type: "text", text: value }) as const;
const LOOK = {
  kind: "function",
  name: "look",
  schema: { type: "object", properties: {} },
} as const;
const WRITTEN = { name: "look", input_schema: LOOK.schema };
const BUY = { ...LOOK, name: "buy" };
const start = { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } };
const stop = { type: "message_stop" };
const block = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, change: object) => ({
  type: "content_block_delta",
  index,
  delta: change,
});
const close = (index: number) => ({ type: "content_block_stop", index });
const ending = (stop_reason: string, usage: object = { output_tokens: 4 }) => ({
  type: "message_delta",
  delta: { stop_reason, stop_sequence: null },
  usage,
});

test("a limit that the caller left out is set, for the form requires one", () => {
  expect(ask()).toMatchObject({ max_tokens: 8_192 });
  expect(ask({ effort: "high" })).toMatchObject({ max_tokens: 32_000 });
  expect(ask({ maxTokens: 5 })).toMatchObject({ max_tokens: 5 });
});

test("system messages, wherever they come, are the system prompt", () => {
  const inputs = ask({
    messages: [
      { role: "system", content: [{ ...text("Be polite"), isCacheMark: true }] },
      { role: "user", content: [text("Hi")] },
      { role: "developer", content: [text("Be short")] },
    ],
  });

  expect(inputs).toMatchObject({
    system: [{ ...text("Be polite"), cache_control: { type: "ephemeral" } }, text("Be short")],
    messages: [{ role: "user", content: [text("Hi")] }],
  });
});

test("neighbours of one role are one turn, and results of tools come first in it", () => {
  const inputs = ask({
    messages: [
      { role: "user", content: [text("Hi")] },
      { role: "user", content: [text("Ho")] },
      { role: "assistant", content: [text("Let me look")] },
      {
        role: "assistant",
        content: [{ type: "call", id: "look:0", name: "look", input: '{"city":"Rome"}' }],
      },
      { role: "user", content: [text("Quick")] },
      { role: "tool", callId: "look:0", content: [text("31 °C")], isError: true },
    ],
  });

  expect(inputs).toMatchObject({
    messages: [
      { role: "user", content: [text("Hi"), text("Ho")] },
      {
        role: "assistant",
        content: [
          text("Let me look"),
          { type: "tool_use", id: "look_0", name: "look", input: { city: "Rome" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "look_0", content: [text("31 °C")], is_error: true },
          text("Quick"),
        ],
      },
    ],
  });
});

test("no text and no message is empty", () => {
  const inputs = ask({
    messages: [
      { role: "user", content: [text("Hi"), text("")] },
      { role: "assistant", content: [text("")] },
      { role: "user", content: [text("Ho")] },
    ],
  });

  expect(inputs).toMatchObject({
    messages: [{ role: "user", content: [text("Hi"), text("Ho")] }],
  });
});

test("images and documents are blocks, in the results of tools, too", () => {
  const image = { type: "image", url: "data:image/png;base64,aGk=" } as const;
  const pdf = { type: "document", url: "data:application/pdf;base64,aGk=", name: "A" } as const;
  const block64 = { type: "base64", media_type: "image/png", data: "aGk=" };
  const inputs = ask({
    messages: [
      { role: "tool", callId: "a", content: [image] },
      { role: "user", content: [{ type: "image", url: "https://example.com/a.png" }, pdf] },
    ],
  });

  expect(inputs).toMatchObject({
    messages: [
      {
        content: [
          { type: "tool_result", content: [{ type: "image", source: block64 }] },
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
          { type: "document", title: "A", source: { media_type: "application/pdf" } },
        ],
      },
    ],
  });
});

test("thinking goes back to the model that signed it, and to no other", () => {
  const of = (model: string, proof: object) => wrapOpaque(model, proof);
  const inputs = ask({
    messages: [
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "A", opaque: of(MODEL.id, { signature: "c2ln" }) },
          { type: "reasoning", text: "B", opaque: of(OTHER.id, { signature: "c2ln" }) },
          { type: "reasoning", text: "", opaque: of(MODEL.id, { data: "ZGF0YQ" }) },
          { type: "reasoning", text: "C" },
          text("Yes"),
        ],
      },
    ],
  });

  expect(inputs).toMatchObject({
    messages: [
      {
        content: [
          { type: "thinking", thinking: "A", signature: "c2ln" },
          { type: "redacted_thinking", data: "ZGF0YQ" },
          text("Yes"),
        ],
      },
    ],
  });
});

test.each([
  [{}, {}],
  [{ toolChoice: { mode: "auto" } }, {}],
  [{ toolChoice: { mode: "none" } }, { tool_choice: { type: "none" } }],
  [{ toolChoice: { mode: "required" } }, { tool_choice: { type: "any" } }],
  [
    { toolChoice: { mode: "required", only: ["look"] } },
    { tool_choice: { type: "tool", name: "look" } },
  ],
  [{ parallelCalls: false }, { tool_choice: { type: "auto", disable_parallel_tool_use: true } }],
] as const)("the choice %j among tools becomes %j", (changes, expected) => {
  const { tools, tool_choice } = ask({ tools: [LOOK, BUY], ...changes });

  expect(tools).toEqual([WRITTEN, { ...WRITTEN, name: "buy" }]);
  expect(tool_choice).toEqual("tool_choice" in expected ? expected.tool_choice : undefined);
});

test.each<[Partial<Conversation>, object]>([
  [
    { toolChoice: { mode: "auto", only: ["look"] }, parallelCalls: false },
    { tools: [WRITTEN], tool_choice: { type: "auto", disable_parallel_tool_use: true } },
  ],
  [
    { toolChoice: { mode: "required", only: ["look", "buy"] } },
    { tools: [WRITTEN, { ...WRITTEN, name: "buy" }], tool_choice: { type: "any" } },
  ],
  [
    { tools: [LOOK], toolChoice: { mode: "required" } },
    { tools: [WRITTEN], tool_choice: { type: "any" } },
  ],
  [{ toolChoice: { mode: "none" }, parallelCalls: false }, { tool_choice: { type: "none" } }],
  [{ toolChoice: { mode: "required", only: ["x"] } }, { tools: undefined, tool_choice: undefined }],
])("of two tools %j leaves %j", (changes, expected) => {
  const { tools, tool_choice } = ask({ tools: [LOOK, BUY], ...changes });

  expect({ tools, tool_choice }).toMatchObject(expected);
});

test("a request holds what was said of it, and no field without a value", () => {
  const described = { ...LOOK, description: "Looks", strict: true };
  const whole = { tools: [described, BUY], stop: ["."], temperature: 1, frequencyPenalty: 0 };
  const request = { max_tokens: 8_192, messages: [{ role: "user", content: [text("Hi")] }] };
  const messages = [{ role: "user", content: [text("Hi")] }] as const;

  expect(ask({ messages, ...whole })).toEqual({
    ...request,
    tools: [
      { name: "look", description: "Looks", input_schema: LOOK.schema, strict: true },
      { name: "buy", input_schema: LOOK.schema },
    ],
    stop_sequences: ["."],
    temperature: 1,
  });
  for (const changes of [
    {},
    { stop: [] },
    { tools: [{ ...LOOK, description: "", strict: false }] },
  ])
    expect(ask({ messages, ...changes })).toEqual({
      ...request,
      ...("tools" in changes && { tools: [WRITTEN] }),
    });
  const streamed = messagesModel.writeRequest(conversation({ messages }), MODEL, true);
  expect(streamed).toEqual({ ...request, stream: true });
});

test("of tools that are named only those are offered", () => {
  const { tools, tool_choice } = ask({
    tools: [LOOK, BUY],
    toolChoice: { mode: "auto", only: ["look"] },
  });

  expect([tools, tool_choice]).toEqual([[WRITTEN], undefined]);
});

test("a tool without arguments has a schema, and a choice without tools is none", () => {
  const bare = { kind: "function", name: "look" } as const;

  expect(ask({ tools: [bare] })).toMatchObject({ tools: [WRITTEN] });
  expect(ask({ toolChoice: { mode: "required" } })).not.toHaveProperty("tool_choice");
});

test.each([
  ["low", { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
  ["minimal", { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
  ["none", { thinking: { type: "disabled" } }],
])("the effort %s becomes %j", (effort, expected) => {
  expect(ask({ effort })).toMatchObject(expected);
});

test("a tool that must be called leaves no room for thinking", () => {
  const inputs = ask({ effort: "high", tools: [LOOK], toolChoice: { mode: "required" } });

  expect(inputs).not.toHaveProperty("thinking");
});

test("a model that thinks gets nothing that chooses among words", () => {
  const sampling = { temperature: 0.5, topP: 0.5, topK: 5 };

  expect(ask(sampling)).toMatchObject({ temperature: 0.5, top_p: 0.5, top_k: 5 });
  expect(Object.keys(ask({ ...sampling, effort: "low" }))).toEqual([
    "max_tokens",
    "messages",
    "thinking",
    "output_config",
  ]);
});

test("a schema of the answer passes, and JSON without one is asked for in the prompt", () => {
  const schema = { type: "object", properties: {} };

  expect(ask({ answerFormat: { type: "schema", name: "day", schema } })).toMatchObject({
    output_config: { format: { type: "json_schema", schema } },
  });
  for (const answerFormat of [{ type: "json" }, { type: "schema", name: "day" }] as const) {
    expect(ask({ answerFormat })).toMatchObject({
      system: [text("Answer with one JSON object and nothing else.")],
    });
  }
});

test.each([
  [{ temperature: 1.5 }, "temperature: this model takes 1 or less"],
  [
    { frequencyPenalty: 1 },
    "frequency_penalty: the model takes Anthropic's Messages format, which has no frequency_penalty; leave it out, or ask another model",
  ],
  [
    { presencePenalty: 1 },
    "presence_penalty: the model takes Anthropic's Messages format, which has no presence_penalty; leave it out, or ask another model",
  ],
  [
    { tools: [{ kind: "own", type: "local_shell", path: "tools.0" }] },
    "tools.0: the model takes Anthropic's Messages format, which has no tool of type local_shell; leave it out, or ask another model",
  ],
  [
    { tools: [{ kind: "custom", name: "patch" }] },
    "tools: the model takes Anthropic's Messages format, which has no custom tools; leave it out, or ask another model",
  ],
  [
    {
      messages: [
        {
          role: "user",
          content: [{ type: "document", url: "data:text/csv;base64,aGk=" }],
        },
      ],
    },
    "messages.0: of documents, this model takes PDF alone",
  ],
] satisfies [Partial<Conversation>, string][])("%j is refused by its name", (changes, message) => {
  const [param] = message.split(":");

  expect(refusalOf(() => ask(changes))).toEqual({
    status: 400,
    code: message.includes("this model") ? "invalid_value" : "unsupported_parameter",
    param,
    message,
  });
});

test("a whole answer is read: texts, thinking, calls, counts", () => {
  const answer = messagesModel.readAnswer(
    {
      type: "message",
      content: [
        { type: "thinking", thinking: "Hm", signature: "c2ln" },
        { type: "redacted_thinking", data: "ZGF0YQ" },
        { ...text("Let me look"), citations: null },
        { type: "server_tool_use", id: "b", name: "web_search", input: {} },
        { type: "tool_use", id: "a", name: "look", input: { city: "Rome" } },
      ],
      stop_reason: "tool_use",
      usage: { input_tokens: 3, cache_read_input_tokens: 6, output_tokens: 4 },
    },
    MODEL,
  );

  expect(answer).toEqual({
    content: [
      { type: "reasoning", text: "Hm", opaque: wrapOpaque(MODEL.id, { signature: "c2ln" }) },
      { type: "reasoning", text: "", opaque: wrapOpaque(MODEL.id, { data: "ZGF0YQ" }) },
      text("Let me look"),
      { type: "call", id: "a", name: "look", input: '{"city":"Rome"}' },
    ],
    reason: "tool_calls",
    usage: { input: 9, output: 4, total: 13, cached: 6 },
  });
});

test.each([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
  ["new_in_december", "stop"],
])("the stop %s is the end %s", (stop_reason, reason) => {
  expect(messagesModel.readAnswer({ content: [], stop_reason }, MODEL)?.reason).toBe(reason);
  expect(gather(asStream(start, ending(stop_reason), stop)).reason).toBe(reason);
});

test("a body that is no answer is undefined, and an error is an error", () => {
  expect(messagesModel.readAnswer({ choices: [] }, MODEL)).toBeUndefined();
  expect(messagesModel.readAnswer("<html>", MODEL)).toBeUndefined();
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  expect(() => messagesModel.readAnswer(error, MODEL)).toThrow(AnswerError);
});

test("a stream is read: texts, thinking, parallel calls, counts of both ends", () => {
  const usage = {
    output_tokens: 8,
    input_tokens: null,
    output_tokens_details: { thinking_tokens: 2 },
  };
  const answer = gather(
    asStream(
      start,
      { type: "ping" },
      block(0, { type: "thinking", thinking: "", signature: "" }),
      delta(0, { type: "thinking_delta", thinking: "Hm" }),
      delta(0, { type: "signature_delta", signature: "c2ln" }),
      close(0),
      block(1, { type: "redacted_thinking", data: "ZGF0YQ" }),
      close(1),
      block(2, { type: "text", text: "" }),
      delta(2, { type: "text_delta", text: "Let me " }),
      delta(2, { type: "citations_delta", citation: {} }),
      delta(2, { type: "text_delta", text: "look" }),
      close(2),
      block(4, { type: "tool_use", id: "a", name: "look", input: {} }),
      delta(4, { type: "input_json_delta", partial_json: "" }),
      delta(4, { type: "input_json_delta", partial_json: '{"city":' }),
      delta(4, { type: "input_json_delta", partial_json: '"Rome"}' }),
      close(4),
      block(3, { type: "server_tool_use", id: "b", name: "web_search", input: {} }),
      delta(3, { type: "input_json_delta", partial_json: '{"query":1}' }),
      close(3),
      block(5, { type: "tool_use", id: "c", name: "look", input: {} }),
      close(5),
      { type: "new_in_december" },
      ending("tool_use", usage),
      stop,
    ),
  );

  expect(answer).toEqual({
    content: [
      { type: "reasoning", text: "Hm", opaque: wrapOpaque(MODEL.id, { signature: "c2ln" }) },
      { type: "reasoning", text: "", opaque: wrapOpaque(MODEL.id, { data: "ZGF0YQ" }) },
      text("Let me look"),
      { type: "call", id: "a", name: "look", input: '{"city":"Rome"}' },
      { type: "call", id: "c", name: "look", input: "{}" },
    ],
    reason: "tool_calls",
    usage: { input: 3, output: 8, total: 11, reasoning: 2 },
  });
});

test("a stream is over with its last event, though the connection stays open", () => {
  const reader = messagesModel.openStream(MODEL);

  expect(reader.isWhole).toBe(false);
  reader.read({ data: JSON.stringify(ending("end_turn")) });
  expect([reader.isWhole, reader.isOver]).toEqual([true, false]);
  reader.read({ data: JSON.stringify(stop) });
  expect(reader.isOver).toBe(true);
});

test("a stream that is cut is no answer; one that has said why it ended is", () => {
  expect(() => gather(asStream(start, block(0, text("Goo"))))).toThrow("the stream ended before");
  expect(gather(asStream(start, ending("end_turn"))).reason).toBe("stop");
});

test.each([
  { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  { error: { message: "Internal" } },
  { error: [{ code: 2005, message: "Failed to get response from provider" }] },
])("%j within a stream is the model's error", (event) => {
  const reader = messagesModel.openStream(MODEL);
  reader.read({ data: JSON.stringify(start) });

  expect(() => reader.read({ data: JSON.stringify(event) })).toThrow(AnswerError);
});

test.each([
  ["<html>", "is not valid JSON"],
  ["{}", "an event has no type"],
  ["7", "an event has no type"],
])("%s within a stream is nothing that can be read", (data, message) => {
  expect(() => messagesModel.openStream(MODEL).read({ data })).toThrow(message);
});

test("why a model refuses is told to callers of other forms", () => {
  const stop_details = { type: "refusal", category: "bio", explanation: "It is not safe" };
  const refused = { content: [], stop_reason: "refusal", stop_details };
  const event = { type: "message_delta", delta: refused, usage: { output_tokens: 1 } };

  for (const answer of [messagesModel.readAnswer(refused, MODEL), gather(asStream(start, event))]) {
    expect(answer).toMatchObject({
      content: [{ type: "refusal", text: "It is not safe" }],
      reason: "content_filter",
    });
  }
});

const word = fc.string({ minLength: 1, unit: "grapheme" });
const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const contents = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("text" as const), text: word }),
    fc.record({
      type: fc.constant("call" as const),
      id: fc.stringMatching(/^[a-z0-9]{1,9}$/),
      name: fc.stringMatching(/^[a-z]{1,9}$/),
      input: args.map((value) => JSON.stringify(value)),
    }),
  ),
  { maxLength: 6 },
);

/** Puts neighbouring texts together, as every stream does. */
function joined(content: Answer["content"]): Answer["content"] {
  return content.reduce<Answer["content"]>((before, item) => {
    const last = before.at(-1);
    if (item.type !== "text" || last?.type !== "text") return [...before, item];
    return [...before.slice(0, -1), { ...last, text: last.text + item.text }];
  }, []);
}

test("any answer is the same, written as a stream and read again", async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const answer: Answer = { content, reason: "stop" };
      const stream = write(...partsOf(answer));

      expect(gather(stream).content).toEqual(joined(content));
      const whole = messagesModel.readAnswer(await finalMessage(stream), MODEL);
      expect(whole?.content).toEqual(joined(content));
    }),
    runs(60, 5_000),
  );
});

test("any answer is the same, written whole and read again", () => {
  fc.assert(
    fc.property(contents, (content) => {
      const written = messagesCaller.writeAnswer({ content, reason: "stop" }, HEAD);

      expect(messagesModel.readAnswer(written, MODEL)?.content).toEqual(content);
    }),
    runs(100, 20_000),
  );
});

test("any history of texts and calls is the same, written as a request and read again", () => {
  fc.assert(
    fc.property(
      contents.filter(({ length }) => length > 0),
      (content) => {
        const { messages } = conversation({
          messages: [
            { role: "user", content: [text("Hi")] },
            { role: "assistant", content },
          ],
        });

        expect(read(ask({ messages })).conversation.messages).toEqual(messages);
      },
    ),
    runs(100, 20_000),
  );
});

function ask(changes: Partial<Conversation> = {}): Readonly<Record<string, unknown>> {
  return { ...messagesModel.writeRequest(conversation(changes), MODEL, false) };
}
