/**
 * Writes one answer as models do: those of Workers AI in the platform's own shape (`older`) or in
 * OpenAI's chat format as far as they keep to it (`newer`), a third party's in OpenAI's chat format, in
 * its Responses or in Anthropic's Messages.
 * The shapes of Workers AI are those that workers-ai-provider of https://github.com/cloudflare/ai
 * reads, its tests included.
 */
import { responsesBody, responsesEvents, type Event } from "./responses-wire.ts";
import type { Reply } from "./workerd.ts";

/** The families of Workers AI's models, by the shape of their answers. */
export const FAMILIES = ["older", "newer"] as const;

/** Every shape of an answer, each with a model that answers so. */
export const SPEAKERS = {
  older: "@cf/old/model",
  newer: "@cf/new/model",
  chat: "openai/gpt-5",
  responses: "openai/gpt-5.6-terra",
  messages: "anthropic/claude-sonnet-5",
} as const;
/** A shape of an answer. */
export type Shape = keyof typeof SPEAKERS;

/** The content of an answer. */
export interface Content {
  readonly text?: string;
  /** Whether the answer ends at the limit of its tokens. */
  readonly isCutShort?: boolean;
  readonly calls?: readonly { readonly name: string; readonly arguments: object }[];
  /** The encrypted reasoning before it, which the Responses format alone has. */
  readonly thought?: string;
}

/** The usage that every answer reports. */
export const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const headers = { "cf-aig-log-id": "log-1" };

/** Makes the whole answer. */
export function answer(shape: Shape, content: Content): Reply {
  return { headers, body: BODIES[shape](content) };
}

/** Makes the answer as a stream: texts word by word, calls one after the other. */
export function stream(shape: Shape, content: Content): Reply {
  return { headers, pieces: inTurn(eventsOf(shape, content)) };
}

/** Makes the events of a streamed answer, each as it is sent. */
export function eventsOf(shape: Shape, content: Content): readonly string[] {
  if (shape === "responses") return responsesEvents(content).map(typed);
  if (shape === "messages") return messagesEvents(content).map(typed);
  const events = CHAT_EVENTS[shape](content);
  return [...events, "[DONE]"].map(event);
}

/** Formats an event whose name is its type. */
export function typed(data: { readonly type: string }): string {
  return `event: ${data.type}\n${event(data)}`;
}

/** Formats an event of a stream: a text as it is, anything else as JSON. */
export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** Yields the pieces one after the other. */
export async function* inTurn(pieces: readonly (string | Uint8Array)[]) {
  yield* pieces;
}

/** Yields the pieces, and breaks the connection off once they have left. */
export async function* breaking(pieces: readonly (string | Uint8Array)[]) {
  yield* pieces;
  // What is written leaves at the end of this turn.
  await new Promise((resolve) => setTimeout(resolve, 5));
  throw new Error("connection reset");
}

/** Yields the pieces, then nothing until nobody listens. */
export async function* silent(...pieces: readonly string[]) {
  yield* pieces;
  await new Promise((resolve) => setTimeout(resolve, 300_000).unref());
  yield "";
}

/** Makes an answer without an end, and a promise that resolves when it is cancelled. */
export function endless(): { readonly reply: Reply; readonly ended: Promise<string> } {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  async function* more() {
    try {
      for (;;) {
        yield event({ response: "more " });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      end("ended");
    }
  }
  return { reply: { pieces: more() }, ended };
}

const BODIES: Readonly<Record<Shape, (content: Content) => object>> = {
  older: olderBody,
  newer: newerBody,
  chat: newerBody,
  responses: responsesBody,
  messages: messagesBody,
};

/** A model's refusal to answer, with its status. */
export interface Failure {
  readonly status: number;
  /** Its code at Workers AI, its type at OpenAI and at Anthropic. */
  readonly names: readonly [workersAi: number, openAi: string, anthropic: string];
  readonly message: string;
}

/** Makes the reply of a model that fails. */
export function failure(shape: Shape, { status, names, message }: Failure): Reply {
  const [code, type, kind] = names;
  if (shape === "messages")
    return { status, body: { type: "error", error: { type: kind, message } } };
  const isOwn = shape === "older" || shape === "newer";
  const own = { success: false, result: {}, messages: [], errors: [{ code, message }] };
  return { status, body: isOwn ? own : { error: { message, type, param: null, code: null } } };
}

function olderBody({ text, calls, isCutShort }: Content): object {
  return {
    response: text ?? null,
    ...(calls && { tool_calls: calls }),
    ...(isCutShort === true && { finish_reason: "length" }),
    usage: USAGE,
  };
}

function olderEvents({ text = "", calls = [], isCutShort }: Content): readonly object[] {
  return [
    ...words(text).map((word) => ({ response: word, p: "abcd" })),
    ...calls.map((call) => ({ response: null, tool_calls: [call] })),
    ...(isCutShort === true ? [{ finish_reason: "length" }] : []),
    { response: "", tool_calls: [], usage: USAGE },
  ];
}

function newerBody({ text, calls, isCutShort }: Content): object {
  const message = {
    role: "assistant",
    content: text ?? null,
    refusal: null,
    reasoning_content: null,
    tool_calls: calls?.map(named) ?? [],
  };
  const finish_reason = reasonOf(calls ?? [], isCutShort);
  const choices = [{ index: 0, message, finish_reason, logprobs: null }];
  return { id: "id-1", object: "chat.completion", created: 1, model: "m", choices, usage: USAGE };
}

/** Makes the four events of a call: its name, its arguments in halves, and an empty end. */
function newerEvents({ text = "", calls = [], isCutShort }: Content): readonly object[] {
  const deltas = [
    { role: "assistant", content: "" },
    ...words(text).map((content) => ({ content })),
    ...calls.flatMap((call, index) => {
      const { id, type, function: called } = named(call, index);
      const middle = Math.ceil(called.arguments.length / 2);
      const halves = [called.arguments.slice(0, middle), called.arguments.slice(middle)];
      return [
        { tool_calls: [{ id, type, index, function: { name: called.name, arguments: "" } }] },
        ...halves.map((half) => ({ tool_calls: [{ index, function: { arguments: half } }] })),
        { tool_calls: [{ id: null, type: null, index, function: { name: null, arguments: "" } }] },
      ];
    }),
  ];
  const finish_reason = reasonOf(calls, isCutShort);
  return [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage: USAGE },
  ];
}

/** Makes the events of OpenAI's own form: each is named and dated, and has nothing that is null. */
function chatEvents(content: Content): readonly object[] {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-5" };
  const isOdd = (each: object) => JSON.stringify(each).includes('"name":null');
  return newerEvents(content)
    .filter((each) => !isOdd(each))
    .map((each) => ({ ...head, ...each }));
}

const CHAT_EVENTS = { older: olderEvents, newer: newerEvents, chat: chatEvents } as const;

function reasonOf(calls: readonly unknown[], isCutShort = false): string {
  if (isCutShort) return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}

type Calls = NonNullable<Content["calls"]>;

const STOP_REASONS: ReadonlyMap<string, string> = new Map([
  ["stop", "end_turn"],
  ["length", "max_tokens"],
  ["tool_calls", "tool_use"],
]);

function messagesBody({ text, calls = [], isCutShort }: Content) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [
      ...(text === undefined ? [] : [{ type: "text", text }]),
      ...calls.map((call, index) => used(call, index, call.arguments)),
    ],
    stop_reason: STOP_REASONS.get(reasonOf(calls, isCutShort)),
    stop_sequence: null,
    usage: { input_tokens: USAGE.prompt_tokens, output_tokens: USAGE.completion_tokens },
  };
}

function used(call: Calls[number], index: number, input: object) {
  return { type: "tool_use", id: `toolu_${index}`, name: call.name, input };
}

function messagesEvents(content: Content): readonly Event[] {
  const { text, calls = [] } = content;
  const { stop_reason, stop_sequence, usage, ...message } = messagesBody(content);
  const blocks = [
    ...(text === undefined
      ? []
      : [{ start: { type: "text", text: "" }, deltas: textDeltas(text) }]),
    ...calls.map((call, index) => ({
      start: used(call, index, {}),
      deltas: [{ type: "input_json_delta", partial_json: JSON.stringify(call.arguments) }],
    })),
  ];
  const begun = { ...message, content: [], stop_reason: null, stop_sequence: null };
  return [
    { type: "message_start", message: { ...begun, usage: { ...usage, output_tokens: 1 } } },
    { type: "ping" },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason, stop_sequence }, usage },
    { type: "message_stop" },
  ];
}

function textDeltas(text: string) {
  return words(text).map((word) => ({ type: "text_delta", text: word }));
}

function named(call: NonNullable<Content["calls"]>[number], index: number) {
  const called = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return { id: `chatcmpl-tool-${index}`, type: "function", function: called };
}

function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}
