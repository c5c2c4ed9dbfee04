/** What is read of models that speak OpenAI's chat form, as providers and model servers vary it. */
import { expect, test } from "vitest";

import type { Part } from "../../../worker/chat/formats/conversation.ts";
import { AnswerError } from "../../../worker/chat/formats/format.ts";
import { readDelta, readReason } from "../../../worker/chat/formats/openai-chat/delta.ts";
import { readChatAnswer } from "../../../worker/chat/formats/openai-chat/read-answer.ts";
import { ChatStreamReader } from "../../../worker/chat/formats/openai-chat/stream-reader.ts";
import { ToolCalls } from "../../../worker/chat/formats/openai-chat/tool-calls.ts";
import { readUsage, writeUsage } from "../../../worker/chat/formats/openai-chat/usage.ts";

const text = (value: string): Part => ({ type: "text", text: value });
const thought = (value: string): Part => ({ type: "reasoning", text: value });
const partsOf = (...deltas: readonly unknown[]) => {
  const calls = new ToolCalls();
  return deltas.flatMap((delta) => readDelta(delta, calls));
};

test.each<[string, unknown, readonly Part[]]>([
  ["nothing", undefined, []],
  ["null", null, []],
  ["empty fields", { role: "assistant", content: "", refusal: null, tool_calls: undefined }, []],
  ["a text", { role: "assistant", content: "Hi" }, [text("Hi")]],
  ["a number", { content: 0 }, [text("0")]],
  ["parsed JSON", { content: { a: 1 } }, [text('{"a":1}')]],
  ["an empty list", { content: [] }, []],
  [
    "a list of texts",
    {
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    [text("ab")],
  ],
  ["a list of other things", { content: [{ text: "a" }, 1] }, [text('[{"text":"a"},1]')]],
  [
    "Mistral's thoughts",
    {
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "thinking", thinking: "" },
        { type: "text", text: "a" },
      ],
    },
    [thought("Hm"), text("a")],
  ],
  ["a refusal", { refusal: "No" }, [{ type: "refusal", text: "No" }]],
  ["an empty refusal", { refusal: "" }, []],
  [
    "reasoning, before the text",
    { content: "a", reasoning: "Hm" },
    [{ type: "reasoning", text: "Hm", field: "reasoning" }, text("a")],
  ],
  [
    "reasoning under both names, once, and the other as it is",
    { reasoning_content: "Hm", reasoning: "Hm" },
    [
      { type: "reasoning", text: "Hm", field: "reasoning_content" },
      { type: "more", fields: { reasoning: "Hm" } },
    ],
  ],
  ["empty reasoning", { reasoning: "" }, []],
  [
    "reasoning that is no text",
    { reasoning: { a: 1 } },
    [{ type: "more", fields: { reasoning: { a: 1 } } }],
  ],
  ["fields of its own", { annotations: [1] }, [{ type: "more", fields: { annotations: [1] } }]],
  [
    "the older form of a call",
    { function_call: { name: "look", arguments: "{}" } },
    [
      { type: "call", index: 0, id: "", name: "look" },
      { type: "input", index: 0, text: "{}" },
    ],
  ],
  [
    "one call that is no list",
    { tool_calls: { id: "c", function: { name: "look", arguments: "" } } },
    [{ type: "call", index: 0, id: "c", name: "look" }],
  ],
])("a delta of %s is read", (_, delta, parts) => {
  expect(partsOf(delta)).toEqual(parts);
});

const call = (index: number, id: string, more: object = {}) =>
  ({ type: "call", index, id, name: "look", ...more }) as const;
const input = (index: number, value: string) => ({ type: "input", index, text: value }) as const;
const named = { name: "look", arguments: "{}" };

test.each<[string, readonly object[], readonly Part[]]>([
  [
    "pieces under one index",
    [
      { index: 0, id: "a", function: { name: "look", arguments: "" } },
      { index: 0, function: { arguments: '{"x"' } },
      { index: 0, function: { arguments: ":1}" } },
    ],
    [call(0, "a"), input(0, '{"x"'), input(0, ":1}")],
  ],
  [
    "a place of its own for each, whatever its index",
    [
      { index: 7, id: "a", function: { name: "look" } },
      { index: 3, id: "b", function: { name: "look" } },
      { index: 7, function: { arguments: "{}" } },
    ],
    [call(0, "a"), call(1, "b"), input(0, "{}")],
  ],
  [
    "input before its name",
    [
      { index: 0, id: "a", function: { arguments: "{" } },
      { index: 0, function: { name: "look", arguments: "}" } },
    ],
    [call(0, "a"), input(0, "{}")],
  ],
  [
    "an id that comes later",
    [
      { index: 0, function: { arguments: "" } },
      { index: 0, id: "a", function: named },
    ],
    [call(0, "a"), input(0, "{}")],
  ],
  [
    "another id under one index",
    [
      { index: 0, id: "a", function: named },
      { index: 0, id: "b", function: named },
    ],
    [call(0, "a"), input(0, "{}"), call(1, "b"), input(1, "{}")],
  ],
  [
    "one id twice, whose input goes on",
    [
      { index: 0, id: "a", function: { name: "look", arguments: "{" } },
      { index: 0, id: "a", function: { name: "look", arguments: "}" } },
    ],
    [call(0, "a"), input(0, "{"), input(0, "}")],
  ],
  [
    "one id for two whole calls",
    [
      { index: 0, id: "a", function: named },
      { index: 0, id: "a", function: named },
    ],
    [call(0, "a"), input(0, "{}"), call(1, "a"), input(1, "{}")],
  ],
  [
    "no index and no id, but a name",
    [{ function: { name: "look" } }, { function: { arguments: "{}" } }, { function: named }],
    [call(0, ""), input(0, "{}"), call(1, ""), input(1, "{}")],
  ],
  [
    "no index, but an id again",
    [
      { id: "a", function: { name: "look" } },
      { id: "a", function: { name: "look", arguments: "{}" } },
    ],
    [call(0, "a"), input(0, "{}")],
  ],
  [
    "arguments as an object",
    [{ function: { name: "look", arguments: { x: 1 } } }],
    [call(0, ""), input(0, '{"x":1}')],
  ],
  ["arguments of null", [{ id: 5, function: { name: "look", arguments: null } }], [call(0, "")]],
  ["a flat call", [{ id: "a", name: "look", arguments: "{}" }], [call(0, "a"), input(0, "{}")]],
  [
    "a custom tool's call",
    [{ id: "a", type: "custom", custom: { name: "look", input: "x" } }],
    [call(0, "a", { isCustom: true }), input(0, "x")],
  ],
  ["a custom of null", [{ custom: null, function: named }], [call(0, ""), input(0, "{}")]],
  [
    "more than the form has",
    [{ id: "a", type: "function", function: named, extra_content: { signature: "s" } }],
    [call(0, "a", { more: { extra_content: { signature: "s" } } }), input(0, "{}")],
  ],
  ["a call without a name", [{ id: "a", function: { name: "", arguments: "{}" } }], []],
])("calls with %s are told apart", (_, items, parts) => {
  expect(partsOf(...items.map((item) => ({ tool_calls: [item] })))).toEqual(parts);
});

test("each item of a whole answer is a call, whatever its index and id", () => {
  const tool_calls = [
    { index: 0, id: "a", function: { name: "look", arguments: "{" } },
    { index: 0, id: "a", function: { name: "look", arguments: "}" } },
  ];

  expect(readChatAnswer({ choices: [{ message: { tool_calls } }] })?.content).toEqual([
    { type: "call", id: "a", name: "look", input: "{" },
    { type: "call", id: "a", name: "look", input: "}" },
  ]);
});

test.each<[unknown, string]>([
  ...["length", "max_tokens", "max_output_tokens", "model_length", "LENGTH"].map(
    (each): [string, string] => [each, "length"],
  ),
  ["model_context_window_exceeded", "length"],
  ...["content_filter", "refusal", "SAFETY", "sensitive", "RECITATION"].map(
    (each): [string, string] => [each, "content_filter"],
  ),
  ...["PROHIBITED_CONTENT", "BLOCKLIST", "SPII"].map((each): [string, string] => [
    each,
    "content_filter",
  ]),
  ["stop", "stop"],
  ["tool_calls", "stop"],
  [null, "stop"],
])("an end for %s is one for %s", (given, reason) => {
  expect(readReason(given)).toBe(reason);
});

const HI = [{ type: "text", text: "Hi" }];

test.each<[string, unknown, object | undefined]>([
  ["a text", "Hi", undefined],
  ["null", null, undefined],
  ["undefined", undefined, undefined],
  ["an empty object", {}, undefined],
  ["no choice", { choices: [] }, undefined],
  ["a choice without a message", { choices: [{ text: "Hi" }] }, undefined],
  ["a message of null", { choices: [{ message: null }] }, undefined],
  ["a message that is a text", { choices: [{ message: "Hi" }] }, undefined],
  [
    "a choice",
    { choices: [{ message: { content: "Hi", audio: 1 }, finish_reason: "length" }] },
    { content: HI, reason: "length", more: { audio: 1 } },
  ],
  ["the older form", { response: "Hi" }, { content: HI, reason: "stop" }],
  [
    "the older form that ends early",
    { response: "Hi", finish_reason: "length" },
    { content: HI, reason: "length" },
  ],
  [
    "the older form with calls alone",
    { tool_calls: [named] },
    { content: [{ type: "call", id: "", name: "look", input: "{}" }], reason: "stop" },
  ],
])("a body that is %s is read, or is none", (_, body, answer) => {
  expect(readChatAnswer(body)).toEqual(answer && { usage: undefined, ...answer });
});

test("an error in place of an answer is thrown as it came", () => {
  const body = { error: { message: "busy" } };

  expect(() => readChatAnswer(body)).toThrow(new AnswerError(body));
});

test.each<[string, unknown, object | undefined]>([
  ["nothing", undefined, undefined],
  ["an output alone", { completion_tokens: 2 }, undefined],
  ["a total that is less", { prompt_tokens: 5, total_tokens: 4 }, undefined],
  ["a total alone", { total_tokens: 4 }, undefined],
  ["a count below 0", { prompt_tokens: -1, completion_tokens: 2 }, undefined],
  ["a count that is a text", { prompt_tokens: "1", completion_tokens: 2 }, undefined],
  ["half a count", { prompt_tokens: 0.5, completion_tokens: 2 }, undefined],
  ["no total", { prompt_tokens: 0, completion_tokens: 2 }, { input: 0, output: 2, total: 2 }],
  ["no output", { prompt_tokens: 4, total_tokens: 4 }, { input: 4, output: 0, total: 4 }],
  ["no input", { completion_tokens: 4, total_tokens: 9 }, { input: 5, output: 4, total: 9 }],
  [
    "a total of its own",
    { prompt_tokens: 1, completion_tokens: 1, total_tokens: 9 },
    { input: 1, output: 1, total: 9 },
  ],
])("counts with %s are completed, or none", (_, given, counts) => {
  expect(readUsage(given)).toEqual(
    counts && { ...counts, cached: undefined, reasoning: undefined, more: {} },
  );
});

test("counts keep their details, and what is more", () => {
  const details = {
    prompt_tokens_details: { cached_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 2 },
  };
  const given = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6, cost: 1, ...details };

  const usage = readUsage(given);

  expect(usage).toMatchObject({ cached: 3, reasoning: 2 });
  expect(usage && writeUsage(usage)).toEqual(given);
  expect(usage && writeUsage({ ...usage, more: {} })).toEqual({
    prompt_tokens: 4,
    completion_tokens: 2,
    total_tokens: 6,
    ...details,
  });
  expect(writeUsage({ input: 1, output: 2, total: 3 })).toEqual({
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
  });
});

const chunk = (choice: object, more: object = {}) => ({ choices: [choice], ...more });
const stop = chunk({ delta: {}, finish_reason: "stop" });

/** Reads a stream until its end. Throws where its reader does. */
function readStream(...events: readonly unknown[]) {
  const reader = new ChatStreamReader();
  const states: string[] = [];
  const parts = events.flatMap((event) => {
    const data = typeof event === "string" ? event : JSON.stringify(event);
    const read = reader.read({ data });
    states.push(reader.isOver ? "over" : reader.isWhole ? "whole" : "open");
    return read;
  });
  return { states, parts: [...parts, ...reader.end()] };
}

const end = (reason: string) => ({ type: "end", reason });
const usage = { prompt_tokens: 1, completion_tokens: 2 };
const counted = { type: "usage", usage: expect.objectContaining({ input: 1, output: 2 }) };

test.each<[string, readonly unknown[], readonly string[], readonly object[]]>([
  [
    "a text, its reason, its counts and its mark",
    [chunk({ delta: { content: "Hi" } }), stop, { choices: [], usage }, "[DONE]"],
    ["open", "whole", "whole", "over"],
    [text("Hi"), counted, end("stop")],
  ],
  [
    "a mark alone after the text",
    [chunk({ delta: { content: "Hi" }, finish_reason: null }), "[DONE]"],
    ["open", "over"],
    [text("Hi"), end("stop")],
  ],
  [
    "a reason alone",
    [chunk({ delta: { content: "Hi" }, finish_reason: "" }), chunk({ finish_reason: "length" })],
    ["open", "whole"],
    [text("Hi"), end("length")],
  ],
  [
    "a reason that no later chunk takes back",
    [chunk({ finish_reason: "length" }), chunk({ finish_reason: null })],
    ["whole", "whole"],
    [end("length")],
  ],
  [
    "whole messages in place of deltas",
    [chunk({ message: { content: "Hi" } }), stop],
    ["open", "whole"],
    [text("Hi"), end("stop")],
  ],
  [
    "the older form",
    [{ response: "Hi" }, { response: "", usage }, { response: "", finish_reason: "length" }],
    ["open", "open", "whole"],
    [text("Hi"), counted, end("length")],
  ],
  [
    "the older form's calls",
    [{ tool_calls: [named] }, "[DONE]"],
    ["open", "over"],
    [call(0, ""), input(0, "{}"), end("stop")],
  ],
  ["blank events", ["", stop], ["open", "whole"], [end("stop")]],
])("a stream of %s is read to its end", (_, events, states, parts) => {
  expect(readStream(...events)).toEqual({ states, parts });
});

test.each<[string, readonly unknown[], string]>([
  ["that ends before a reason", [chunk({ delta: { content: "Hi" } })], "ended before the answer"],
  ["that has a mark alone", ["[DONE]"], "has no answer"],
  ["without a choice", [{ choices: [] }, "[DONE]"], "has no answer"],
  ["of the older form without a field", [{ p: "abc" }, "[DONE]"], "has no answer"],
  ["of a list that is none", [{ choices: 5 }, "[DONE]"], "has no answer"],
  ["of a number", [5], "the model answered with an error"],
  ["of null", ["null"], "the model answered with an error"],
  ["of an error", [{ error: { message: "busy" } }], "the model answered with an error"],
])("a stream %s is no answer", (_, events, message) => {
  expect(() => readStream(...events)).toThrow(message);
});
