/** What becomes of an answer, and of its parts, on the way from one form to another. */
import { expect, test, vi } from "vitest";

import { messagesCaller } from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import { Gathered, partsOf } from "../../../worker/chat/formats/answer.ts";
import { CallIds } from "../../../worker/chat/formats/call-ids.ts";
import type {
  Answer,
  AnswerContent,
  Conversation,
  Part,
  Usage,
} from "../../../worker/chat/formats/conversation.ts";
import {
  asFunctions,
  customNames,
  CustomCalls,
} from "../../../worker/chat/formats/custom-tools.ts";
import { MendedCalls } from "../../../worker/chat/formats/mended-calls.ts";
import { observe } from "../../../worker/chat/formats/observed-reader.ts";
import { chatCaller, chatModel } from "../../../worker/chat/formats/openai-chat/openai-chat.ts";
import { ChatStreamReader } from "../../../worker/chat/formats/openai-chat/stream-reader.ts";
import { isOpaque, unwrapOpaque, wrapOpaque } from "../../../worker/chat/formats/opaque.ts";
import { openTranslation, translateAnswer } from "../../../worker/chat/formats/translation.ts";
import { workersAiModel } from "../../../worker/chat/formats/workers-ai/workers-ai.ts";
import { modelOf } from "../../support/models.ts";
import { headOf } from "../../support/responses.ts";

const MODEL = modelOf("openai/gpt-x");
const USAGE: Usage = { input: 1, output: 2, total: 3 };
const call = (index: number, more: object = {}): Part => ({
  type: "call",
  index,
  id: `call_${index}`,
  name: "patch",
  ...more,
});
const input = (index: number, text: string): Part => ({ type: "input", index, text });
const text = (value: string): Part => ({ type: "text", text: value });
const thought = (value: string, more: object = {}): Part => ({
  type: "reasoning",
  text: value,
  ...more,
});
const opaque = (value: string): Part => ({ type: "opaque", opaque: value });
const end = (reason: Answer["reason"] = "stop"): Part => ({ type: "end", reason });

function gathered(parts: readonly Part[]): Answer {
  const whole = new Gathered();
  for (const part of parts) whole.add(part);
  return whole.answer;
}

const CALL = { type: "call", id: "call_0", name: "patch", input: "{}" } as const;

/** An answer's content, the parts of it, and what is gathered of them where that is not the same. */
test.each<[string, readonly AnswerContent[], readonly Part[]]>([
  ["nothing", [], []],
  ["a text", [{ type: "text", text: "a" }], [text("a")]],
  ["a refusal", [{ type: "refusal", text: "a" }], [{ type: "refusal", text: "a" }]],
  [
    "calls, in their order",
    [CALL, { ...CALL, id: "call_1", isCustom: true, more: { a: 1 } }],
    [call(0), input(0, "{}"), call(1, { isCustom: true, more: { a: 1 } }), input(1, "{}")],
  ],
  ["a thought", [{ type: "reasoning", text: "a" }], [thought("a")]],
  [
    "a thought with its field and its proof",
    [{ type: "reasoning", text: "a", field: "reasoning", opaque: "p" }],
    [thought("a", { field: "reasoning" }), opaque("p")],
  ],
  ["a proof alone", [{ type: "reasoning", text: "", opaque: "p" }], [opaque("p")]],
  [
    "two thoughts, each with its proof",
    [
      { type: "reasoning", text: "a", opaque: "p" },
      { type: "reasoning", text: "b", opaque: "q" },
      { type: "reasoning", text: "", opaque: "r" },
    ],
    [thought("a"), opaque("p"), thought("b"), opaque("q"), opaque("r")],
  ],
])("an answer of %s has its parts, and they are the answer again", (_, content, parts) => {
  const answer: Answer = { content, reason: "length" };

  expect(partsOf(answer)).toEqual([...parts, end("length")]);
  expect(gathered(partsOf(answer))).toEqual({ ...answer, usage: undefined });
});

test("counts stand before the end, and what is more before all", () => {
  const answer: Answer = { content: [], reason: "stop", usage: USAGE, more: { audio: 1 } };

  expect(partsOf(answer)).toEqual([
    { type: "more", fields: { audio: 1 } },
    { type: "usage", usage: USAGE },
    end(),
  ]);
  expect(gathered(partsOf(answer))).toEqual({ content: [], reason: "stop", usage: USAGE });
});

test.each<[string, readonly Part[], readonly AnswerContent[]]>([
  ["texts", [text("a"), text("b")], [{ type: "text", text: "ab" }]],
  [
    "a text, a refusal and a text",
    [text("a"), { type: "refusal", text: "b" }, text("c")],
    [
      { type: "text", text: "a" },
      { type: "refusal", text: "b" },
      { type: "text", text: "c" },
    ],
  ],
  ["thoughts", [thought("a"), thought("b")], [{ type: "reasoning", text: "ab" }]],
  [
    "a thought after a text",
    [text("a"), thought("b"), opaque("p")],
    [
      { type: "text", text: "a" },
      { type: "reasoning", text: "b", opaque: "p" },
    ],
  ],
  [
    "a proof after a text",
    [text("a"), opaque("p")],
    [
      { type: "text", text: "a" },
      { type: "reasoning", text: "", opaque: "p" },
    ],
  ],
  [
    "inputs of two calls in turn",
    [call(0), call(1), input(0, "a"), input(1, "b"), input(0, "c")],
    [
      { ...CALL, input: "ac" },
      { ...CALL, id: "call_1", input: "b" },
    ],
  ],
  ["an input of no call", [text("a"), text("b"), input(0, "c")], [{ type: "text", text: "ab" }]],
])("neighbours of one kind are gathered: %s", (_, parts, content) => {
  expect(gathered(parts)).toEqual({ content, reason: "stop", usage: undefined });
});

test("each call has an id of its own: the model's, or a new one", () => {
  const ids = new CallIds();

  expect(ids.count).toBe(0);
  expect(ids.at(0, "a")).toBe("a");
  expect(ids.at(0, "b")).toBe("a");
  const made = [ids.at(1, "a"), ids.at(2, ""), ids.at(3, 5), ids.at(4, undefined)];
  for (const id of made) expect(id).toMatch(/^call_[0-9a-f]{32}$/);
  expect(new Set(made).size).toBe(4);
  expect(ids.at(2, "c")).toBe(made[1]);
  expect(ids.count).toBe(5);
});

function mended(...parts: readonly Part[]): readonly Part[] {
  const calls = new MendedCalls();
  return parts.flatMap((part) => calls.read(part));
}

test.each<[string, readonly Part[], readonly Part[]]>([
  ["a text", [text("a"), end()], [text("a"), end()]],
  ["arguments that are absent", [call(0), end()], [call(0), input(0, "{}"), end("tool_calls")]],
  [
    "arguments that are empty",
    [call(0), input(0, ""), end()],
    [call(0), input(0, ""), input(0, "{}"), end("tool_calls")],
  ],
  [
    "arguments that are there",
    [call(0), input(0, "{"), end()],
    [call(0), input(0, "{"), end("tool_calls")],
  ],
  [
    "those of one of two calls",
    [call(0), call(1), input(1, "{}"), end()],
    [call(0), call(1), input(1, "{}"), input(0, "{}"), end("tool_calls")],
  ],
  [
    "a custom tool's input, which is no JSON",
    [call(0, { isCustom: true }), end()],
    [call(0, { isCustom: true }), end("tool_calls")],
  ],
  ["calls that there are not", [end("tool_calls")], [end()]],
  [
    "an end before the whole",
    [call(0), input(0, "{}"), end("length")],
    [call(0), input(0, "{}"), end("length")],
  ],
])("%s: calls have arguments, and an end that names them", (_, parts, expected) => {
  expect(mended(...parts)).toEqual(expected);
});

test("a call without an id gets one", () => {
  expect(mended(call(0, { id: "" }))).toEqual([
    call(0, { id: expect.stringMatching(/^call_[0-9a-f]{32}$/) }),
  ]);
});

const CUSTOM: Conversation = {
  messages: [
    { role: "user", content: [{ type: "text", text: "Hi" }] },
    {
      role: "assistant",
      content: [{ type: "text", text: "a" }, { ...CALL, isCustom: true, input: "x" }, CALL],
    },
  ],
  tools: [
    { kind: "custom", name: "patch" },
    { kind: "function", name: "look" },
  ],
};

test("custom tools and their calls are functions of one text to a model that has none", () => {
  const { messages, tools } = asFunctions(CUSTOM);

  expect(tools).toEqual([
    {
      kind: "function",
      name: "patch",
      schema: {
        type: "object",
        properties: { input: { type: "string", description: "the tool's whole input, as it is" } },
        required: ["input"],
        additionalProperties: false,
      },
    },
    { kind: "function", name: "look" },
  ]);
  expect(messages).toEqual([
    CUSTOM.messages[0],
    {
      role: "assistant",
      content: [{ type: "text", text: "a" }, { ...CALL, input: '{"input":"x"}' }, CALL],
    },
  ]);
  expect([...customNames(CUSTOM)]).toEqual(["patch"]);
});

test.each<[string, readonly Part[], readonly Part[]]>([
  [
    "a custom tool's, once it is whole",
    [call(0), input(0, '{"inp'), input(0, 'ut":"x"}'), end()],
    [call(0, { isCustom: true }), input(0, "x"), end()],
  ],
  [
    "one after the other",
    [call(0), input(0, '{"input":"x"}'), call(1), input(1, '{"input":"y"}'), end()],
    [call(0, { isCustom: true }), input(0, "x"), call(1, { isCustom: true }), input(1, "y"), end()],
  ],
  [
    "a function's, as it is",
    [call(0, { name: "look" }), input(0, "{}"), end()],
    [call(0, { name: "look" }), input(0, "{}"), end()],
  ],
  [
    "a custom tool's before a function's",
    [call(0), input(0, '{"input":"x"}'), call(1, { name: "look" }), input(1, "{}")],
    [call(0, { isCustom: true }), input(0, "x"), call(1, { name: "look" }), input(1, "{}")],
  ],
  [
    "a bare text",
    [call(0), input(0, "x"), end()],
    [call(0, { isCustom: true }), input(0, "x"), end()],
  ],
  [
    "another field",
    [call(0), input(0, '{"a":1}'), end()],
    [call(0, { isCustom: true }), input(0, '{"a":1}'), end()],
  ],
  [
    "a text between",
    [call(0), text("a"), input(0, "x"), end()],
    [call(0, { isCustom: true }), text("a"), input(0, "x"), end()],
  ],
])("the input of a call is the text of the function's arguments: %s", (_, parts, expected) => {
  const calls = new CustomCalls(new Set(["patch"]));

  expect(parts.flatMap((part) => calls.read(part))).toEqual(expected);
});

/** The ways of an answer to callers, of a model that has custom tools or none. */
const way = (caller: typeof chatCaller, format = chatModel) => {
  const head = headOf({ tools: [{ type: "custom", name: "patch" }] });
  return { caller, format, model: MODEL, head };
};

test.each([
  ["a model that has custom tools", chatModel, [call(0), input(0, '{"input":"x"}')]],
  ["a model that has none", workersAiModel, [call(0, { isCustom: true }), input(0, "x")]],
])("calls of %s are translated", (_, format, expected) => {
  const step = openTranslation(way(chatCaller, format));
  const parts = [call(0), input(0, '{"input":"x"}'), end()];

  expect(parts.flatMap(step)).toEqual([...expected, end("tool_calls")]);
});

test("reasoning without a proof ends with one, for callers of other forms than the model's", () => {
  const parts = [
    thought("a", { field: "reasoning" }),
    thought("b"),
    text("c"),
    thought("d"),
    opaque("p"),
    thought("e"),
    end(),
  ];
  const proof = opaque(wrapOpaque(MODEL.id, "reasoning"));

  expect(parts.flatMap(openTranslation(way(messagesCaller)))).toEqual([
    ...parts.slice(0, 2),
    proof,
    ...parts.slice(2),
  ]);
  expect(parts.flatMap(openTranslation(way(chatCaller)))).toEqual(parts);
});

test("a thought that is proved needs no other proof", () => {
  const parts = [thought("a", { field: "reasoning" }), opaque("p"), text("b")];

  expect(parts.flatMap(openTranslation(way(messagesCaller)))).toEqual(parts);
});

test("a whole answer keeps what only its form has", () => {
  const answer: Answer = { content: [CALL], reason: "stop", usage: USAGE };
  const step = () => openTranslation(way(chatCaller));
  const translated = { ...answer, reason: "tool_calls" };

  expect(translateAnswer(answer, step())).toEqual(translated);
  expect(translateAnswer({ ...answer, more: { a: 1 } }, step())).toEqual({
    ...translated,
    more: { a: 1 },
  });
});

test.each(["x", { a: "Ü" }, null])("a proof of %j comes back to its model alone", (value) => {
  const wrapped = wrapOpaque("m", value);

  expect(wrapped).toMatch(/^aigw1\.[\w+/=]+$/);
  expect(isOpaque(wrapped)).toBe(true);
  expect(unwrapOpaque("m", wrapped)).toEqual(value);
  expect(unwrapOpaque("n", wrapped)).toBeUndefined();
});

test.each([
  "x",
  "",
  `x${wrapOpaque("m", 1)}`,
  wrapOpaque("m", 1).slice(6),
  "aigw1.",
  "aigw1.é",
  `aigw1.${btoa("{")}`,
  `aigw1.${btoa('{"0":"m","1":1}')}`,
  `aigw1.${btoa('["m"]')}`,
])("%j is no proof that was wrapped here", (value) => {
  expect(unwrapOpaque("m", value)).toBeUndefined();
});

test("tokens that a model reports are told, and nothing else changes", () => {
  const onUsage = vi.fn<(usage: Usage) => void>();
  const reader = new ChatStreamReader();
  const observed = observe(reader, { onUsage });
  const data =
    '{"choices":[{"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}';

  expect(observe(reader, {})).toBe(reader);
  expect(observed.read({ data })).toMatchObject([text("Hi"), { type: "usage" }]);
  expect(onUsage.mock.calls).toMatchObject([[USAGE]]);
  expect([observed.isWhole, observed.isOver]).toEqual([false, false]);
  observed.read({ data: '{"choices":[{"finish_reason":"stop"}]}' });
  expect([observed.isWhole, observed.isOver]).toEqual([true, false]);
  observed.read({ data: "[DONE]" });
  expect([observed.isWhole, observed.isOver]).toEqual([true, true]);
  expect(observed.end()).toEqual([end()]);
  expect(onUsage).toHaveBeenCalledOnce();
});
