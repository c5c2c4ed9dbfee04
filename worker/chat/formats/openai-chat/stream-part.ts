/** Reads one event of a model's stream, in either of the two forms. */
import * as v from "valibot";

import { readAs } from "../../models/response.ts";
import { readOwnPart } from "../workers-ai/chat-answer.ts";
import { usageShape, type Usage } from "./answer.ts";

// Newer models stream in OpenAI's form.
const chunkShape = v.object({
  choices: v.array(
    v.object({
      delta: v.optional(v.looseObject({})),
      finish_reason: v.nullish(v.string()),
    }),
  ),
  usage: v.nullish(usageShape),
});

/** One event of a stream, in OpenAI's form. */
export interface Part {
  readonly delta: object | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  /** The number of tool calls in it, where the model gives them no index. */
  readonly newCalls?: number;
}

/** An error of the model's, where a part of its answer was due. */
export class StreamError extends Error {
  readonly body: unknown;

  constructor(body: unknown) {
    super("the model's stream holds an error");
    this.body = body;
  }
}

/**
 * Reads one event. Throws a StreamError for one that is no part of an answer. `calls` is the number
 * of tool calls before it: an older model's have no index of their own.
 */
export function readPart(json: unknown, calls: number): Part {
  const chunk = readAs(chunkShape, json);
  if (chunk !== undefined) {
    const [choice] = chunk.choices;
    return {
      delta: choice?.delta,
      finishReason: choice?.finish_reason ?? undefined,
      usage: chunk.usage ?? undefined,
    };
  }
  const own = readOwnPart(json);
  if (own === undefined) throw new StreamError(json);
  const { text, usage, finishReason } = own;
  const indexed = own.calls.map((call, place) => ({ index: calls + place, ...call }));
  const delta = {
    ...(text && { content: text }),
    ...(indexed.length > 0 && { tool_calls: indexed }),
  };
  const isEmpty = Object.keys(delta).length === 0;
  return { delta: isEmpty ? undefined : delta, finishReason, usage, newCalls: indexed.length };
}
