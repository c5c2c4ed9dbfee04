/** OpenAI's chat protocol: what a request may say, and what of it reaches a model. */
import * as v from "valibot";

import { badRequest, readRequest, requireModel, type Unsupported } from "../../refusal.ts";
import { message, type Message } from "./messages.ts";
import { isWorkersAi } from "../../models/call.ts";
import { responseFormat, tool, toolChoice } from "./tools.ts";
import { toWorkersAi } from "../workers-ai/chat-inputs.ts";

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const penalty = v.pipe(v.number(), v.minValue(-2), v.maxValue(2));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

// Only what is named here reaches a model. Anything else in the body is dropped, the gateway's options among it.
const chatRequest = v.object({
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
  moderation: [],
  verbosity: ["medium"],
  web_search_options: [],
};

export type ChatInputs = Omit<
  v.InferOutput<typeof chatRequest>,
  "model" | "stream_options" | "max_tokens" | "max_completion_tokens"
> & { readonly max_completion_tokens?: number | null | undefined };

export interface Chat {
  readonly model: string;
  /** A fallback may take other fields than the model that was asked. */
  readonly inputsFor: (model: string) => object;
  /** Undefined where the answer is wanted whole. */
  readonly stream: { readonly includeUsage: boolean } | undefined;
}

/** Throws a RefusalError for what cannot be served. */
export function readChat(body: string, models: readonly string[]): Chat {
  const request = readRequest(body, chatRequest, UNSUPPORTED);
  const { model, stream, stream_options, max_tokens, ...inputs } = request;
  requireModel(model, models);
  if (isWorkersAi(model)) requireWholeImages(inputs.messages);
  const said: ChatInputs = {
    ...inputs,
    max_completion_tokens: inputs.max_completion_tokens ?? max_tokens,
    ...(stream === true && { stream }),
  };
  return {
    model,
    inputsFor: (asked) => withoutAbsent(isWorkersAi(asked) ? toWorkersAi(said) : said),
    stream: stream === true ? { includeUsage: stream_options?.include_usage === true } : undefined,
  };
}

/** Workers AI's models fetch nothing, and the Worker fetches no address that a caller names. */
function requireWholeImages(messages: readonly Message[]): void {
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    const part = content.findIndex(
      (each) => each.type === "image_url" && !/^data:/i.test(each.image_url.url),
    );
    if (part === -1) continue;
    const path = `messages.${index}.content.${part}.image_url.url`;
    throw badRequest(
      "invalid_value",
      `${path}: Workers AI's models take no address; send the image itself as data:image/png;base64,…`,
      path,
    );
  }
}

function withoutAbsent(inputs: object): object {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null),
  );
}
