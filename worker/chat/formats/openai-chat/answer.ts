/** What a whole completion and each chunk of a streamed one have in common. */
import * as v from "valibot";

import type { RequestLine } from "../../line/request-line.ts";

/** A model's token counts. */
export const usageShape = v.looseObject({
  prompt_tokens: v.number(),
  completion_tokens: v.number(),
  total_tokens: v.optional(v.number()),
});

/** A model's token counts, checked. */
export type Usage = v.InferOutput<typeof usageShape>;

/** Adds the total where the model reported none. */
export function withTotal(usage: Usage): Usage {
  return {
    ...usage,
    total_tokens: usage.total_tokens ?? usage.prompt_tokens + usage.completion_tokens,
  };
}

/** Makes the fields that name an answer; `created` is now, in seconds since 1970. */
export function answerHead<const Kind extends string>(
  object: Kind,
  { eventId, model = "" }: RequestLine,
) {
  return { id: `chatcmpl-${eventId}`, object, created: Math.floor(Date.now() / 1000), model };
}
