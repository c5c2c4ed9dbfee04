/** Reads a whole answer in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { Answer, AnswerContent, EndReason } from "../conversation.ts";
import { AnswerError } from "../format.ts";
import { findError } from "../model-error.ts";
import { loose, listOf, readItem, textOf, type Loose } from "./read-item.ts";
import { isGiven } from "./reading.ts";
import { readUsage } from "./usage.ts";

/** Reads an answer; undefined where the body has another format. Throws an AnswerError. */
export function readResponsesAnswer(body: unknown, model: Model): Answer | undefined {
  const response = loose(body);
  const error = findError(body);
  if (error !== undefined) throw new AnswerError(error);
  requireSuccess(response);
  if (!Array.isArray(response["output"])) return undefined;
  const items = response["output"].flatMap((item) => readItem(item, model));
  // Some servers have the text beside an empty output alone.
  const text = textOf(response["output_text"]);
  const content: readonly AnswerContent[] =
    items.length === 0 && text !== undefined ? [{ type: "text", text }] : items;
  const hasCalls = content.some(({ type }) => type === "call");
  return { content, reason: readReason(response, hasCalls), usage: readUsage(response["usage"]) };
}

/** Throws an AnswerError for an answer that failed. */
export function requireSuccess(response: Loose): void {
  const { status, error } = response;
  if (status === "failed" || status === "cancelled" || isGiven(error)) throw failure(response);
}

/** Makes the error of an answer that failed. */
export function failure({ status, error }: Loose): AnswerError {
  return new AnswerError({ error: error ?? { code: "server_error", message: status } });
}

/** Reads why an answer ended. */
export function readReason(response: Loose, hasCalls: boolean): EndReason {
  if (response["status"] === "incomplete") {
    const { reason } = loose(response["incomplete_details"]);
    return reason === "content_filter" ? "content_filter" : "length";
  }
  return hasCalls ? "tool_calls" : "stop";
}

/** Lists the items of an answer. */
export function outputOf(response: Loose): readonly unknown[] {
  return listOf(response["output"]);
}
