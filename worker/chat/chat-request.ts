/** OpenAI's chat protocol: what a request may say, and what of it reaches a model. */
import * as z from "zod/mini";

import { readRequest, requireModel, type Unsupported } from "./errors.ts";
import { isWorkersAi } from "./models.ts";

const typed = z.looseObject({ type: z.string() });
const fraction = z.number().check(z.gte(0), z.lte(1));
const penalty = z.number().check(z.gte(-2), z.lte(2));
const count = z.int().check(z.gte(1));

function nullish<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.optional(z.nullable(schema));
}

// Only what is named here reaches a model. Anything else in the body is dropped, the gateway's options among it.
const chatRequest = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "developer", "user", "assistant", "tool"]),
        content: nullish(z.union([z.string(), z.array(typed)])),
        name: z.optional(z.string()),
        tool_calls: z.optional(z.array(typed)),
        tool_call_id: z.optional(z.string()),
      }),
    )
    .check(z.minLength(1)),
  stream: nullish(z.boolean()),
  stream_options: nullish(z.object({ include_usage: nullish(z.boolean()) })),
  temperature: nullish(z.number().check(z.gte(0), z.lte(2))),
  top_p: nullish(fraction),
  max_tokens: nullish(count),
  max_completion_tokens: nullish(count),
  seed: nullish(z.int()),
  stop: nullish(z.union([z.string(), z.array(z.string())])),
  frequency_penalty: nullish(penalty),
  presence_penalty: nullish(penalty),
  tools: nullish(z.array(typed)),
  tool_choice: nullish(z.union([z.string(), typed])),
  parallel_tool_calls: nullish(z.boolean()),
  response_format: nullish(typed),
  reasoning_effort: nullish(z.string()),
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
