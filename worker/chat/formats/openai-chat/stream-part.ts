/** What one event of a model's stream says, in either of the two forms. */
import * as v from "valibot";

import { asText, readToolCalls, usageShape, type Usage } from "./completion.ts";
import { readAs } from "../../models/call.ts";

// Newer models stream as OpenAI does.
const chunkShape = v.object({
  choices: v.array(
    v.object({
      delta: v.optional(v.looseObject({})),
      finish_reason: v.nullish(v.string()),
    }),
  ),
  usage: v.nullish(usageShape),
});

// Older models stream in the platform's own way: a text that is a number comes as one.
const responseShape = v.object({
  response: v.optional(v.unknown()),
  tool_calls: v.nullish(v.array(v.unknown())),
  finish_reason: v.nullish(v.string()),
  usage: v.nullish(usageShape),
});

export interface Part {
  readonly delta: object | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly newCalls?: number;
}

/** The model told an error where a part of its answer was due. */
export class StreamError extends Error {
  readonly body: unknown;

  constructor(body: unknown) {
    super("the model's stream holds an error");
    this.body = body;
  }
}

/**
 * Throws a StreamError for an event that is no part of an answer. `calls` were before this one: an older model's have no
 * index of their own.
 */
export function readPart(json: unknown, calls: number): Part {
  const modern = readAs(chunkShape, json);
  if (modern !== undefined) {
    const [choice] = modern.choices;
    return {
      delta: choice?.delta,
      finishReason: choice?.finish_reason ?? undefined,
      usage: modern.usage ?? undefined,
    };
  }
  const older = readAs(responseShape, json);
  if (older === undefined || Object.keys(older).length === 0) throw new StreamError(json);
  const content = asText(older.response ?? "");
  const newCalls = readToolCalls(older.tool_calls ?? []);
  const indexed = newCalls.map((call, place) => ({ index: calls + place, ...call }));
  const delta = {
    ...(content && { content }),
    ...(newCalls.length > 0 && { tool_calls: indexed }),
  };
  return {
    delta: Object.keys(delta).length === 0 ? undefined : delta,
    finishReason: older.finish_reason ?? undefined,
    usage: older.usage ?? undefined,
    newCalls: newCalls.length,
  };
}
