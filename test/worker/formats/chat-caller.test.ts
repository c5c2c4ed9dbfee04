/** What callers of OpenAI's chat form, and of its older completions, get and may ask for. */
import { expect, test } from "vitest";

import type { AnswerContent, Part, Usage } from "../../../worker/chat/formats/conversation.ts";
import type { AnswerHead, StreamWriter } from "../../../worker/chat/formats/format.ts";
import { chatCaller } from "../../../worker/chat/formats/openai-chat/openai-chat.ts";
import { completionsCaller } from "../../../worker/chat/formats/openai-completions/completions.ts";
import { readCompletionRequest } from "../../../worker/chat/formats/openai-completions/request.ts";
import { refusalOf } from "../../support/responses.ts";

const ASKED = { model: "m", prompt: "Hi" };
const complete = (fields: object = {}) =>
  readCompletionRequest(JSON.stringify({ ...ASKED, ...fields }));
const asking = (fields: object = {}): AnswerHead => {
  const ids = { event_id: "e-1" };
  return { eventId: "e-1", model: "m", created: 7, request: complete(fields), ids };
};
const USAGE: Usage = { input: 1, output: 2, total: 3 };
const COUNTS = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const CHAT = { id: "chatcmpl-e-1", object: "chat.completion", created: 7, model: "m" };
const NOTHING = { role: "assistant", content: null, refusal: null };

test.each<[string, readonly AnswerContent[], object]>([
  ["nothing", [], NOTHING],
  [
    "texts",
    [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ],
    { ...NOTHING, content: "ab" },
  ],
  ["an empty text", [{ type: "text", text: "" }], { ...NOTHING, content: "" }],
  ["a refusal", [{ type: "refusal", text: "No" }], { ...NOTHING, refusal: "No" }],
  [
    "calls",
    [
      { type: "call", id: "a", name: "look", input: "{}", more: { extra_content: 1 } },
      { type: "call", id: "b", name: "patch", input: "x", isCustom: true },
    ],
    {
      ...NOTHING,
      tool_calls: [
        {
          id: "a",
          type: "function",
          function: { name: "look", arguments: "{}" },
          extra_content: 1,
        },
        { id: "b", type: "custom", custom: { name: "patch", input: "x" } },
      ],
    },
  ],
  [
    "thoughts of another form, with their proofs",
    [
      { type: "reasoning", text: "H", opaque: "p" },
      { type: "reasoning", text: "m" },
    ],
    {
      ...NOTHING,
      reasoning_content: "Hm",
      reasoning_details: [{ type: "reasoning.encrypted", data: "p" }],
    },
  ],
  [
    "thoughts of this form, in their field",
    [{ type: "reasoning", text: "Hm", field: "reasoning" }],
    { ...NOTHING, reasoning: "Hm" },
  ],
])("a whole answer of %s is a message", (_, content, message) => {
  const answer = { content, reason: "stop", usage: USAGE, more: { annotations: [] } } as const;

  expect(chatCaller.writeAnswer(answer, asking())).toEqual({
    ...CHAT,
    choices: [
      {
        index: 0,
        message: { ...message, annotations: [] },
        finish_reason: "stop",
        logprobs: null,
      },
    ],
    usage: COUNTS,
  });
  expect(chatCaller.writeAnswer({ content, reason: "stop" }, asking())).not.toHaveProperty("usage");
});

/** Returns the data of a stream's events; the mark of its end as it is. */
function dataOf(writer: StreamWriter, parts: readonly Part[]): readonly unknown[] {
  const stream = writer.begin() + parts.map((part) => writer.write(part)).join("") + writer.end();
  return stream
    .split("\n\n")
    .slice(0, -1)
    .map((event) => event.replace(/^data: /, ""))
    .map((data): unknown => (data === "[DONE]" ? data : JSON.parse(data)));
}

const CHUNK = { ...CHAT, object: "chat.completion.chunk" };
const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...CHUNK,
  choices: [{ index: 0, delta, finish_reason, logprobs: null }],
});
const BEGUN = chunk({ role: "assistant", content: "" });

test.each<[string, Part, object]>([
  ["a text", { type: "text", text: "Hi" }, { content: "Hi" }],
  ["a refusal", { type: "refusal", text: "No" }, { refusal: "No" }],
  ["a thought", { type: "reasoning", text: "Hm" }, { reasoning_content: "Hm" }],
  ["its field", { type: "reasoning", text: "Hm", field: "reasoning" }, { reasoning: "Hm" }],
  [
    "a proof",
    { type: "opaque", opaque: "p" },
    { reasoning_details: [{ type: "reasoning.encrypted", data: "p" }] },
  ],
  ["more", { type: "more", fields: { audio: 1 } }, { audio: 1 }],
  [
    "a call",
    { type: "call", index: 1, id: "a", name: "look", more: { extra_content: 1 } },
    {
      tool_calls: [
        {
          index: 1,
          id: "a",
          type: "function",
          function: { name: "look", arguments: "" },
          extra_content: 1,
        },
      ],
    },
  ],
  [
    "an input",
    { type: "input", index: 1, text: "{}" },
    { tool_calls: [{ index: 1, function: { arguments: "{}" } }] },
  ],
])("a stream has a chunk of %s", (_, part, delta) => {
  const parts: readonly Part[] = [part, { type: "end", reason: "length" }];

  expect(dataOf(chatCaller.openStream(asking()), parts)).toEqual([
    BEGUN,
    chunk(delta),
    chunk({}, "length"),
    "[DONE]",
  ]);
});

test("the input of a custom tool's call alone is a text", () => {
  const parts: readonly Part[] = [
    { type: "call", index: 0, id: "a", name: "patch", isCustom: true },
    { type: "input", index: 0, text: "x" },
    { type: "input", index: 1, text: "{}" },
  ];

  expect(dataOf(chatCaller.openStream(asking()), parts).slice(1, 4)).toEqual([
    chunk({
      tool_calls: [{ index: 0, id: "a", type: "custom", custom: { name: "patch", input: "" } }],
    }),
    chunk({ tool_calls: [{ index: 0, custom: { input: "x" } }] }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: "{}" } }] }),
  ]);
});

const WITH_COUNTS = { stream: true, stream_options: { include_usage: true } };
const TEXT = { id: "cmpl-e-1", object: "text_completion", created: 7, model: "m" };
const choice = (text: string, finish_reason: string | null) => ({
  ...TEXT,
  choices: [{ index: 0, text, logprobs: null, finish_reason }],
});

test.each([
  ["chat", chatCaller, CHUNK, [BEGUN, chunk({}, "stop")]],
  ["completions", completionsCaller, TEXT, [choice("", "stop")]],
] as const)("a stream of %s has counts where they are asked for", (_, caller, head, chunks) => {
  const parts: readonly Part[] = [{ type: "usage", usage: USAGE }];
  const counts = { ...head, choices: [], usage: COUNTS };

  expect(dataOf(caller.openStream(asking(WITH_COUNTS)), parts)).toEqual([
    ...chunks,
    counts,
    "[DONE]",
  ]);
  expect(dataOf(caller.openStream(asking()), parts)).toEqual([...chunks, "[DONE]"]);
  expect(dataOf(caller.openStream(asking(WITH_COUNTS)), [])).toEqual([...chunks, "[DONE]"]);
});

test.each([
  ["chat", chatCaller],
  ["completions", completionsCaller],
] as const)("a stream of %s that fails ends in an error, without its mark", (_, caller) => {
  const refusal = { status: 502, code: "upstream_cut", message: "broke off" } as const;
  const error = { message: "broke off", type: "server_error", param: null, code: "upstream_cut" };

  const text = caller.openStream(asking()).fail(refusal);

  expect(text).toBe(`data: ${JSON.stringify({ error: { ...error, event_id: "e-1" } })}\n\n`);
});

test("a completion has the texts and refusals of an answer, whole and streamed", () => {
  const content: readonly AnswerContent[] = [
    { type: "reasoning", text: "Hm" },
    { type: "text", text: "a" },
    { type: "refusal", text: "b" },
  ];
  const parts: readonly Part[] = [
    { type: "reasoning", text: "Hm" },
    { type: "text", text: "a" },
    { type: "refusal", text: "b" },
    { type: "end", reason: "length" },
  ];
  const answer = { content, reason: "length" } as const;

  expect(completionsCaller.writeAnswer(answer, asking())).toEqual(choice("ab", "length"));
  expect(completionsCaller.writeAnswer({ ...answer, usage: USAGE }, asking())).toEqual({
    ...choice("ab", "length"),
    usage: COUNTS,
  });
  expect(dataOf(completionsCaller.openStream(asking()), parts)).toEqual([
    choice("a", null),
    choice("b", null),
    choice("", "length"),
    "[DONE]",
  ]);
});

test("each field of a completion is read, and an unknown one is named", () => {
  const { conversation, ...request } = complete({
    max_tokens: 1,
    temperature: 2,
    top_p: 1,
    seed: 7,
    stop: ["."],
    frequency_penalty: -2,
    presence_penalty: 2,
    user: "u",
    suffix: "",
    n: 1,
  });

  expect(request).toEqual({
    model: "m",
    isStreamed: false,
    includeUsage: false,
    fields: {},
    ignored: ["user"],
  });
  expect(conversation).toEqual({
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    tools: [],
    maxTokens: 1,
    temperature: 2,
    topP: 1,
    seed: 7,
    stop: ["."],
    frequencyPenalty: -2,
    presencePenalty: 2,
  });
});

test.each<[object, object]>([
  [{ prompt: ["Hi"] }, { conversation: { messages: [{ content: [{ text: "Hi" }] }] } }],
  [{ stop: "." }, { conversation: { stop: ["."] } }],
  [{ stop: null, temperature: null }, { conversation: { stop: undefined } }],
  [{ stream: true }, { isStreamed: true, includeUsage: false }],
  [WITH_COUNTS, { isStreamed: true, includeUsage: true }],
  [{ stream_options: { include_usage: true } }, { isStreamed: false, includeUsage: false }],
  [{ stream: true, stream_options: { include_usage: null } }, { includeUsage: false }],
  [{ n: 1, best_of: 1, echo: false, logprobs: null, logit_bias: {}, suffix: "" }, {}],
])("a completion of %j is read", (fields, request) => {
  expect(complete(fields)).toMatchObject(request);
});

const unsupported = (field: string) => `${field} is not supported; leave it out`;

test.each<[object, string]>([
  [{ prompt: 5 }, "prompt: expected one text; models of chats take no tokens"],
  [{ prompt: ["a", "b"] }, "prompt.1: expected one text; send a request for each"],
  [{ prompt: [] }, "prompt.0: expected one text"],
  // No request for each of them would help.
  [{ prompt: [1, 2] }, "prompt: expected one text; models of chats take no tokens"],
  [{ prompt: ["a", 1] }, "prompt: expected one text; models of chats take no tokens"],
  [{ max_tokens: 0 }, "max_tokens: expected 1 or more"],
  [{ max_tokens: 1.5 }, "max_tokens: expected a whole number"],
  [{ temperature: 2.1 }, "temperature: expected 2 or less"],
  [{ temperature: -0.1 }, "temperature: expected 0 or more"],
  [{ top_p: 1.1 }, "top_p: expected 1 or less"],
  [{ top_p: -0.1 }, "top_p: expected 0 or more"],
  [{ seed: 0.5 }, "seed: expected a whole number"],
  [{ stop: [1] }, "stop: expected a text, or a list of texts"],
  [{ frequency_penalty: 2.1 }, "frequency_penalty: expected 2 or less"],
  [{ presence_penalty: -2.1 }, "presence_penalty: expected -2 or more"],
  [
    { stream_options: { include_usage: 1 } },
    "stream_options.include_usage: expected true or false",
  ],
  [{ n: 2 }, unsupported("n")],
  [{ best_of: 2 }, unsupported("best_of")],
  [{ echo: true }, unsupported("echo")],
  [{ logprobs: 1 }, unsupported("logprobs")],
  [{ logit_bias: { 5: 1 } }, unsupported("logit_bias")],
  [{ suffix: "x" }, unsupported("suffix")],
])("a completion of %j is refused", (fields, message) => {
  expect(refusalOf(() => complete(fields))).toMatchObject({ status: 400, message });
});
