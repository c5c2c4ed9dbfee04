/** The fields of a request in OpenAI's chat protocol. */
import * as v from "valibot";

import type { Unsupported } from "../../refusal.ts";
import { message } from "./messages.ts";
import { responseFormat, tool, toolChoice } from "./tools.ts";

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const penalty = v.pipe(v.number(), v.minValue(-2), v.maxValue(2));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/**
 * The fields of a chat request. Only these reach a model: others are dropped, the gateway's options
 * among them.
 */
export const chatRequest = v.object({
  model: v.string(),
  messages: v.pipe(v.array(message), v.minLength(1)),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(v.object({ include_usage: v.nullish(v.boolean()) })),
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: v.nullish(fraction),
  max_tokens: v.nullish(count),
  max_completion_tokens: v.nullish(count),
  seed: v.nullish(v.pipe(v.number(), v.safeInteger())),
  stop: v.nullish(
    v.union([v.string(), v.array(v.string())], "expected a text, or a list of texts"),
  ),
  frequency_penalty: v.nullish(penalty),
  presence_penalty: v.nullish(penalty),
  tools: v.nullish(v.array(tool)),
  tool_choice: v.nullish(toolChoice),
  parallel_tool_calls: v.nullish(v.boolean()),
  response_format: v.nullish(responseFormat),
  reasoning_effort: v.nullish(v.string()),
});

/** The fields that are refused, unless they have one of these values. */
export const UNSUPPORTED: Unsupported = {
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  logit_bias: [],
  functions: [],
  function_call: [],
  modalities: [],
  audio: [],
  prediction: [],
  moderation: [],
  verbosity: ["medium"],
  web_search_options: [],
};

/** The inputs of a third party's model; those of Workers AI's models are translated from them. */
export type ChatInputs = Omit<
  v.InferOutput<typeof chatRequest>,
  "model" | "stream_options" | "max_tokens" | "max_completion_tokens"
> & { readonly max_completion_tokens?: number | null | undefined };
