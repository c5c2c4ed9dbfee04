/** OpenAI's chat protocol: what a request may say, and what of it reaches a model. */
import * as v from "valibot";

import { readRequest, requireModel, type Unsupported } from "./errors.ts";
import { isWorkersAi } from "./models.ts";

const typed = v.looseObject({ type: v.string() });
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const penalty = v.pipe(v.number(), v.minValue(-2), v.maxValue(2));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

// Only what is named here reaches a model. Anything else in the body is dropped, the gateway's options among it.
const chatRequest = v.object({
  model: v.string(),
  messages: v.pipe(
    v.array(
      v.object({
        role: v.picklist(["system", "developer", "user", "assistant", "tool"]),
        content: v.nullish(v.union([v.string(), v.array(typed)])),
        name: v.optional(v.string()),
        tool_calls: v.optional(v.array(typed)),
        tool_call_id: v.optional(v.string()),
      }),
    ),
    v.minLength(1),
  ),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(v.object({ include_usage: v.nullish(v.boolean()) })),
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: v.nullish(fraction),
  max_tokens: v.nullish(count),
  max_completion_tokens: v.nullish(count),
  seed: v.nullish(v.pipe(v.number(), v.safeInteger())),
  stop: v.nullish(v.union([v.string(), v.array(v.string())])),
  frequency_penalty: v.nullish(penalty),
  presence_penalty: v.nullish(penalty),
  tools: v.nullish(v.array(typed)),
  tool_choice: v.nullish(v.union([v.string(), typed])),
  parallel_tool_calls: v.nullish(v.boolean()),
  response_format: v.nullish(typed),
  reasoning_effort: v.nullish(v.string()),
});

const UNSUPPORTED: Unsupported = {
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  logit_bias: [],
  functions: [],
  function_call: [],
  modalities: [],
  audio: [],
  prediction: [],
  web_search_options: [],
};

export interface Chat {
  readonly model: string;
  readonly inputs: object;
  /** Undefined where the answer is wanted whole. */
  readonly stream: { readonly includeUsage: boolean } | undefined;
}

/** Throws a RefusalError for what cannot be served. */
export function readChat(body: string, models: readonly string[]): Chat {
  const request = readRequest(body, chatRequest, UNSUPPORTED);
  const { model, stream, stream_options, max_tokens, max_completion_tokens, ...inputs } = request;
  requireModel(model, models);
  const said = Object.entries({
    ...inputs,
    ...tokenLimit(model, max_completion_tokens ?? max_tokens),
    ...(stream === true && { stream }),
  }).filter(([, value]) => value !== undefined && value !== null);
  return {
    model,
    inputs: Object.fromEntries(said),
    stream: stream === true ? { includeUsage: stream_options?.include_usage === true } : undefined,
  };
}

/** Workers AI knows the older name only; of the others, newer models refuse it. */
function tokenLimit(model: string, limit: number | null | undefined): object {
  return isWorkersAi(model) ? { max_tokens: limit } : { max_completion_tokens: limit };
}
