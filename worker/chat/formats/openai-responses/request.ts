/** Reads a request in OpenAI's Responses format. */
import * as v from "valibot";

import type { Env, Reach } from "../../env.ts";
import { checkRequest, parseObject, unknownFields, type Unsupported } from "../../refusal.ts";
import type { AnswerFormat, Conversation } from "../conversation.ts";
import type { ChatRequest } from "../format.ts";
import { plainObject } from "../plain-object.ts";
import { requireReach } from "../reach.ts";
import { keptItems, readInput } from "./input.ts";
import { input } from "./items.ts";
import { isGiven, Reading } from "./reading.ts";
import { readToolChoice, toolChoiceShape } from "./tool-choice.ts";
import { readTools, toolShape } from "./tools.ts";

const flag = v.nullish(v.boolean());
const text = v.nullish(v.string());
const options = v.nullish(v.looseObject({}));
const count = v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(1)));

const formatShape = v.variant("type", [
  v.looseObject({ type: v.picklist(["text", "json_object"]) }),
  v.looseObject({
    type: v.literal("json_schema"),
    name: v.pipe(v.string(), v.minLength(1)),
    description: text,
    schema: v.nullish(plainObject),
    strict: flag,
  }),
]);

/** The fields that are known. Only these reach a model. */
export const FIELDS = {
  model: v.string(),
  input,
  instructions: text,
  stream: flag,
  stream_options: options,
  tools: v.nullish(v.array(toolShape)),
  tool_choice: v.nullish(toolChoiceShape),
  parallel_tool_calls: flag,
  max_tool_calls: count,
  text: v.nullish(v.looseObject({ format: v.nullish(formatShape), verbosity: text })),
  reasoning: v.nullish(v.looseObject({ effort: text })),
  max_output_tokens: count,
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  top_logprobs: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  include: v.nullish(v.array(v.string())),
  truncation: text,
  context_management: v.nullish(v.array(v.looseObject({}))),
  image: options,
  access_programs: options,
  service_tier: text,
  metadata: options,
  user: text,
  safety_identifier: text,
  prompt_cache_key: text,
  prompt_cache_options: v.nullish(v.looseObject({ ttl: text, comparison_response_id: text })),
  prompt_cache_retention: text,
  store: flag,
  previous_response_id: text,
  conversation: v.optional(v.unknown()),
  background: flag,
  background_options: options,
  prompt: options,
};

const responsesRequest = v.object(FIELDS);

type Fields = v.InferOutput<typeof responsesRequest>;

const UNSUPPORTED: Unsupported = { moderation: [] };

/** Reads a request's body. Throws a RefusalError that names what cannot be served. */
export function readResponsesRequest(body: string, env: Pick<Env, "ALLOW">): ChatRequest {
  const json = parseObject(body);
  const request = checkRequest(json, responsesRequest, UNSUPPORTED);
  const reading = new Reading(env);
  readReaches(request, reading);
  return {
    model: request.model,
    isStreamed: request.stream === true,
    conversation: readConversation(request, reading),
    fields: fieldsOf(request, reading),
    ignored: unknownFields(json, FIELDS, UNSUPPORTED),
  };
}

/**
 * Refuses the fields that keep, fetch or go on, unless the stack allows them. Without what they
 * refer to, the model would answer something else: no model of another format gets such a request.
 */
function readReaches(request: Fields, reading: Reading): void {
  const { ttl, comparison_response_id } = request.prompt_cache_options ?? {};
  const asked: Readonly<Record<string, readonly [Reach, boolean]>> = {
    previous_response_id: ["store", isGiven(request.previous_response_id)],
    conversation: ["store", isGiven(request.conversation)],
    prompt: ["store", isGiven(request.prompt)],
    background: ["background", request.background === true],
    background_options: ["background", isGiven(request.background_options)],
  };
  const kept: typeof asked = {
    store: ["store", request.store === true],
    "prompt_cache_options.comparison_response_id": ["store", isGiven(comparison_response_id)],
    "prompt_cache_options.ttl": ["cache_24h", isGiven(ttl) && ttl !== "30m"],
    prompt_cache_retention: ["cache_24h", request.prompt_cache_retention === "24h"],
  };
  for (const [path, [reach, isAsked]] of Object.entries({ ...kept, ...asked })) {
    if (isAsked) requireReach(reading.env, reach, path);
    if (isAsked && Object.hasOwn(asked, path)) reading.keepOwn(path, path);
  }
}

function readConversation(request: Fields, reading: Reading): Conversation {
  const { instructions, tools, tool_choice, top_logprobs } = request;
  if (instructions) {
    reading.messages.push({ role: "system", content: [{ type: "text", text: instructions }] });
  }
  readTools(tools ?? [], "tools", reading);
  readInput(request.input, reading);
  const toolChoice = isGiven(tool_choice) ? readToolChoice(tool_choice, reading) : undefined;
  if (top_logprobs) reading.keepOwn("top_logprobs", "top_logprobs");
  return {
    messages: reading.messages,
    tools: reading.tools,
    toolChoice,
    parallelCalls: request.parallel_tool_calls ?? undefined,
    answerFormat: readFormat(request.text?.format),
    maxTokens: request.max_output_tokens ?? undefined,
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    effort: request.reasoning?.effort ?? undefined,
    verbosity: request.text?.verbosity ?? undefined,
  };
}

function readFormat(format: NonNullable<Fields["text"]>["format"]): AnswerFormat | undefined {
  if (format?.type === "json_object") return { type: "json" };
  if (format?.type !== "json_schema") return undefined;
  const { name, description, schema, strict } = format;
  return {
    type: "schema",
    name,
    description: description ?? undefined,
    schema: schema ?? undefined,
    strict: strict ?? undefined,
  };
}

/** Returns what a model of this format gets: nothing is stored unless that was asked for. */
function fieldsOf({ model, stream, ...request }: Fields, reading: Reading): object {
  const known = Object.entries(request).filter(([, value]) => isGiven(value));
  return {
    ...Object.fromEntries(known),
    input: keptItems(request.input, reading),
    store: request.store === true,
  };
}
