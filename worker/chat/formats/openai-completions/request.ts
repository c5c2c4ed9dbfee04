/** Reads a request in the older form of OpenAI's completions: a text that the model continues. */
import * as v from "valibot";

import { checkRequest, parseObject, unknownFields, type Unsupported } from "../../refusal.ts";
import type { ChatRequest } from "../format.ts";
import { optional } from "../optional.ts";

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const penalty = v.pipe(v.number(), v.minValue(-2), v.maxValue(2));
const prompt = v.string("expected one text; models of chats take no tokens");

/** The fields of a request. */
export const completionRequest = v.object({
  model: v.string(),
  prompt: v.lazy((value): v.GenericSchema<string | readonly [string]> =>
    isListOfTexts(value)
      ? v.strictTuple([v.string("expected one text")], "expected one text; send a request for each")
      : prompt,
  ),
  stream: optional(v.boolean()),
  stream_options: optional(v.object({ include_usage: optional(v.boolean()) })),
  max_tokens: optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  temperature: optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: optional(fraction),
  seed: optional(v.pipe(v.number(), v.safeInteger())),
  stop: optional(v.union([v.string(), v.array(v.string())], "expected a text, or a list of texts")),
  frequency_penalty: optional(penalty),
  presence_penalty: optional(penalty),
});

/** Tells several prompts from one that consists of tokens, which no request of its own would help. */
function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** The fields that are refused, unless they have one of these values: chats have none of them. */
export const UNSUPPORTED: Unsupported = {
  n: [1],
  best_of: [1],
  echo: [false],
  logprobs: [],
  logit_bias: [{}],
  suffix: [""],
};

/** Reads the body of a request, whose prompt becomes a message of the user. */
export function readCompletionRequest(body: string): ChatRequest {
  const json = parseObject(body);
  const request = checkRequest(json, completionRequest, UNSUPPORTED);
  const { stream = false, stop } = request;
  const text = [request.prompt].flat().join("");
  return {
    model: request.model,
    isStreamed: stream,
    includeUsage: stream && request.stream_options?.include_usage === true,
    conversation: {
      messages: [{ role: "user", content: [{ type: "text", text }] }],
      tools: [],
      maxTokens: request.max_tokens,
      temperature: request.temperature,
      topP: request.top_p,
      seed: request.seed,
      stop: typeof stop === "string" ? [stop] : stop,
      frequencyPenalty: request.frequency_penalty,
      presencePenalty: request.presence_penalty,
    },
    // No model speaks the format.
    fields: {},
    ignored: unknownFields(json, completionRequest.entries, UNSUPPORTED),
  };
}
