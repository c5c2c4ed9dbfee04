/** What Workers AI's older models answer to a chat: the platform's own form, whole or streamed. */
import * as v from "valibot";

import { readAs } from "../../models/response.ts";
import { usageShape, type Usage } from "../openai-chat/answer.ts";

// With response_format the text may come parsed already, and in a stream a text that is a number
// comes as one.
const content = {
  response: v.optional(v.unknown()),
  tool_calls: v.nullish(v.array(v.unknown())),
};
const answerShape = v.object({ ...content, usage: v.optional(usageShape) });
const partShape = v.object({
  ...content,
  finish_reason: v.nullish(v.string()),
  usage: v.nullish(usageShape),
});

interface OwnAnswer {
  /** The text; null where the model calls tools and writes none. */
  readonly text: string | null;
  /** The tool calls, in OpenAI's form. */
  readonly calls: readonly object[];
  readonly usage: Usage | undefined;
}

/** Reads a whole answer; undefined when the body has another form. */
export function readOwnAnswer(body: unknown): OwnAnswer | undefined {
  const answer = readAs(answerShape, body);
  if (answer === undefined) return undefined;
  if (answer.response === undefined && answer.tool_calls === undefined) return undefined;
  return { ...readContent(answer), usage: answer.usage };
}

/** Reads one event of a stream; undefined when it is no part of an answer. */
export function readOwnPart(
  event: unknown,
): (OwnAnswer & { readonly finishReason: string | undefined }) | undefined {
  const part = readAs(partShape, event);
  if (part === undefined || Object.keys(part).length === 0) return undefined;
  const { usage, finish_reason } = part;
  return {
    ...readContent(part),
    usage: usage ?? undefined,
    finishReason: finish_reason ?? undefined,
  };
}

function readContent({ response, tool_calls }: v.InferOutput<typeof partShape>) {
  const text = response === undefined || response === null ? null : asText(response);
  return { text, calls: (tool_calls ?? []).map(readCall) };
}

const flatCall = v.object({ name: v.string(), arguments: v.unknown() });

/** Puts a call into OpenAI's form; one that has it already is left alone. */
function readCall(call: unknown): object {
  const flat = readAs(flatCall, call);
  if (flat === undefined) return Object(call);
  const called = { name: flat.name, arguments: asText(flat.arguments) };
  return { id: newCallId(), type: "function", function: called };
}

/** Makes an id that is unique in the chat, whose next request has it; OpenAI allows 40 characters. */
function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
