/** Reads a whole answer in OpenAI's chat format, or in that of Workers AI's older models. */
import { Gathered } from "../answer.ts";
import type { Answer } from "../conversation.ts";
import { AnswerError } from "../format.ts";
import { findError } from "../model-error.ts";
import { readDelta, readReason } from "./delta.ts";
import { ToolCalls } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/** Reads an answer; undefined where the body has neither format. Throws an AnswerError. */
export function readChatAnswer(body: unknown): Answer | undefined {
  const error = findError(body);
  if (error !== undefined) throw new AnswerError(error);
  const { choices, response, tool_calls, finish_reason, usage }: Readonly<Record<string, unknown>> =
    Object(body);
  if (Array.isArray(choices)) {
    const [choice]: readonly unknown[] = choices;
    const { message, finish_reason: reason }: Readonly<Record<string, unknown>> = Object(choice);
    if (typeof message !== "object" || message === null) return undefined;
    return toAnswer(message, reason, usage);
  }
  if (response === undefined && tool_calls === undefined) return undefined;
  return toAnswer({ content: response, tool_calls }, finish_reason, usage);
}

function toAnswer(message: object, reason: unknown, usage: unknown): Answer {
  const calls = new ToolCalls(true);
  const gathered = new Gathered();
  const parts = readDelta(message, calls);
  for (const part of parts) gathered.add(part);
  const more = parts.find((part) => part.type === "more");
  return {
    content: gathered.answer.content,
    reason: readReason(reason),
    usage: readUsage(usage),
    ...(more !== undefined && { more: more.fields }),
  };
}
