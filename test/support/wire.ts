/**
 * Writes one answer as each family of Workers AI's models does: `older` in the platform's own
 * shape, `newer` in OpenAI's. The shapes are those that workers-ai-provider of
 * https://github.com/cloudflare/ai reads, its tests included.
 */
import type { Reply } from "./workerd.ts";

/** A family of Workers AI's models, by the shape of its answers. */
export type Family = "older" | "newer";

/** Both families. */
export const FAMILIES = ["older", "newer"] as const;

/** The content of an answer. */
export interface Content {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: object }[];
}

/** The usage that every answer reports. */
export const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const headers = { "cf-aig-log-id": "log-1" };

/** Makes the whole answer. */
export function answer(family: Family, content: Content): Reply {
  return { headers, body: family === "older" ? olderBody(content) : newerBody(content) };
}

/** Makes the answer as a stream: texts word by word, calls one after the other. */
export function stream(family: Family, content: Content): Reply {
  const events = family === "older" ? olderEvents(content) : newerEvents(content);
  return { headers, pieces: inTurn([...events, "[DONE]"].map(event)) };
}

/** Formats an event of a stream: a text as it is, anything else as JSON. */
export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** Yields the pieces one after the other. */
export async function* inTurn(pieces: readonly (string | Uint8Array)[]) {
  yield* pieces;
}

/** Makes an answer without an end, and a promise that resolves when it is cancelled. */
export function endless(): { readonly reply: Reply; readonly ended: Promise<string> } {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  async function* pieces() {
    try {
      for (;;) {
        yield event({ response: "more " });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      end("ended");
    }
  }
  return { reply: { pieces: pieces() }, ended };
}

function olderBody({ text, calls }: Content): object {
  return { response: text ?? null, ...(calls && { tool_calls: calls }), usage: USAGE };
}

function olderEvents({ text = "", calls = [] }: Content): readonly object[] {
  return [
    ...words(text).map((word) => ({ response: word, p: "abcd" })),
    ...calls.map((call) => ({ response: null, tool_calls: [call] })),
    { response: "", tool_calls: [], usage: USAGE },
  ];
}

function newerBody({ text, calls }: Content): object {
  const message = {
    role: "assistant",
    content: text ?? null,
    refusal: null,
    reasoning_content: null,
    tool_calls: calls?.map(named) ?? [],
  };
  const finish_reason = calls === undefined ? "stop" : "tool_calls";
  const choices = [{ index: 0, message, finish_reason, logprobs: null }];
  return { id: "id-1", object: "chat.completion", created: 1, model: "m", choices, usage: USAGE };
}

/** Makes the four events of a call: its name, its arguments in halves, and an empty end. */
function newerEvents({ text = "", calls = [] }: Content): readonly object[] {
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
  const finish_reason = calls.length > 0 ? "tool_calls" : "stop";
  return [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage: USAGE },
  ];
}

function named(call: NonNullable<Content["calls"]>[number], index: number) {
  const called = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return { id: `chatcmpl-tool-${index}`, type: "function", function: called };
}

function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}
