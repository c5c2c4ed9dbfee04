/** The fields of a request in OpenAI's chat protocol. */
import * as v from "valibot";

import type { Unsupported } from "../../refusal.ts";
import { optional } from "../optional.ts";
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
  stream: optional(v.boolean()),
  stream_options: optional(v.object({ include_usage: optional(v.boolean()) })),
  temperature: optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: optional(fraction),
  max_tokens: optional(count),
  max_completion_tokens: optional(count),
  seed: optional(v.pipe(v.number(), v.safeInteger())),
  stop: optional(v.union([v.string(), v.array(v.string())], "expected a text, or a list of texts")),
  frequency_penalty: optional(penalty),
  presence_penalty: optional(penalty),
  tools: optional(v.array(tool)),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(v.boolean()),
  response_format: optional(responseFormat),
  reasoning_effort: optional(v.string()),
  verbosity: optional(v.picklist(["low", "medium", "high"])),
  prompt_cache_key: optional(v.string()),
  prompt_cache_retention: optional(v.string()),
  store: optional(v.boolean()),
  web_search_options: optional(v.record(v.string(), v.unknown())),
});

/** The fields that are refused, unless they have one of these values. */
export const UNSUPPORTED: Unsupported = {
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  logit_bias: [{}],
  functions: [[]],
  function_call: ["none", "auto"],
  modalities: [["text"]],
  audio: [],
  prediction: [],
  moderation: [],
};

/** A request's fields, as a model gets them: its own name and its stream are set where it is sent. */
export type ChatFields = Omit<
  v.InferOutput<typeof chatRequest>,
  "model" | "stream" | "stream_options"
> & { readonly stream_options?: { readonly include_usage: boolean } };
