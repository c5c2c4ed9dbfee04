/**
 * Workers AI's models: they take chat fields, older families with texts alone as contents, and
 * answer in the platform's own form or, newer families, in OpenAI's chat format.
 * https://developers.cloudflare.com/workers-ai/features/function-calling/
 */
import type { ModelReply } from "../model.ts";
import { chatCompletion } from "./chat/answer.ts";
import { chatFields, viewOfChat, type ChatFields } from "./chat/fields.ts";
import { chatUsage } from "./chat/parts.ts";
import { chatEvents } from "./chat/stream.ts";
import { decide, type Call, type Decision } from "./decide.ts";
import { workersAiRefusal } from "./refusal.ts";
import { streamed, unnamedEvent, whole, words } from "./stream.ts";

/** Answers a request. Throws a ModelRefusal. */
export function answerWorkersAi(model: string, inputs: unknown): ModelReply {
  const isNew = answersAsOpenAi(model);
  const fields = readFields(model, inputs);
  const decision = decide(viewOfChat(model, fields, fields.response_format?.json_schema));
  if (fields.stream === true) {
    return streamed(isNew ? chatEvents(model, decision, "end") : ownEvents(decision));
  }
  return whole(isNew ? chatCompletion(model, decision) : ownAnswer(fields, decision));
}

/**
 * Answers a request at an endpoint with OpenAI's chat format, where every family answers in it.
 * Throws a ModelRefusal, which is the platform's own there too.
 * https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/
 */
export function answerCompatible(model: string, inputs: unknown): ModelReply {
  const fields = readFields(model, inputs);
  const format = fields.response_format?.json_schema;
  const decision = decide(viewOfChat(model, fields, format?.["schema"] ?? format));
  if (fields.stream !== true) return whole(chatCompletion(model, decision));
  const includesUsage = fields.stream_options?.include_usage === true;
  return streamed(chatEvents(model, decision, includesUsage ? "chunk" : "none"));
}

function readFields(model: string, inputs: unknown): ChatFields {
  const parsed = chatFields.safeParse(withMessages(inputs));
  if (!parsed.success) {
    const isToEmbed = !("messages" in Object(inputs)) && "text" in withText(inputs);
    const fault = isToEmbed
      ? `${model} generates text, and makes no embeddings`
      : "messages must be a list of messages";
    throw workersAiRefusal(5004, `Invalid input: ${fault}`);
  }
  const fields = parsed.data;
  if (!answersAsOpenAi(model)) checkOlder(fields);
  checkImages(model, fields);
  return fields;
}

/** Returns the texts of a request for embeddings, under the platform's own name. */
function withText(inputs: unknown): object {
  const { input, text = input } = Object(inputs);
  return text === undefined ? {} : { text };
}

/** Makes a message of a prompt, which a request may have instead. */
function withMessages(inputs: unknown): unknown {
  const { prompt, messages, ...rest } = Object(inputs);
  if (typeof prompt !== "string" || messages !== undefined) return inputs;
  return { ...rest, messages: [{ role: "user", content: prompt }] };
}

/** Returns whether a family answers with `choices`; older ones answer with `response` (seen). */
function answersAsOpenAi(name: string): boolean {
  return /^@cf\/(openai|moonshotai|zai-org|nvidia)\//.test(name);
}

function checkOlder({ messages, response_format, stream }: ChatFields): void {
  // https://github.com/cloudflare/agents/issues/1685
  if (response_format?.type === "json_schema" && stream === true) {
    const message = "AiError: JSON Schema mode is not supported with stream mode.";
    throw workersAiRefusal(5023, message);
  }
  // https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider sends older families
  // nothing else, an image apart.
  for (const [index, { role, content }] of messages.entries()) {
    const isText = typeof content === "string";
    if (role !== "developer" && (isText || hasImage(content))) continue;
    const what = role === "developer" ? "role" : "content";
    throw workersAiRefusal(
      5006,
      `AiError: Bad input: Error: oneOf at '/' not met: Type mismatch of '/messages/${index}/${what}'`,
    );
  }
}

// The models of https://developers.cloudflare.com/workers-ai/models/ with the capability "Vision".
const SEES = /vision|llava|uform|llama-4-|gemma-[34]-|mistral-small-3|kimi-k2\.[5-9]/;

/** Refuses an image where the model takes text alone; the message is chosen. */
function checkImages(model: string, { messages }: ChatFields): void {
  const index = messages.findIndex(({ content }) => hasImage(content));
  if (index === -1 || SEES.test(model)) return;
  const message = `AiError: Bad input: '/messages/${index}/content' has an image, which ${model} does not take`;
  throw workersAiRefusal(5006, message);
}

function hasImage(content: unknown): boolean {
  return Array.isArray(content) && content.some(({ type }) => type === "image_url");
}

function ownAnswer({ response_format }: ChatFields, decision: Decision): object {
  const { text, calls, isCut } = decision;
  const isJson = (response_format?.type ?? "text") !== "text" && calls.length === 0;
  return {
    // JSON comes parsed. https://developers.cloudflare.com/workers-ai/features/json-mode/
    response: isJson && !isCut ? JSON.parse(text) : calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls.map(toOwnCall) }),
    ...(isCut && { finish_reason: "length" }),
    usage: ownUsage(decision),
  };
}

function* ownEvents(decision: Decision): Generator<string> {
  const { text, calls, isCut } = decision;
  for (const word of words(text)) yield unnamedEvent({ response: word });
  if (calls.length > 0) {
    yield unnamedEvent({ response: "", tool_calls: calls.map(toOwnCall) });
  }
  const usage = ownUsage(decision);
  yield unnamedEvent({ response: "", ...(isCut && { finish_reason: "length" }), usage });
  yield "data: [DONE]\n\n";
}

/** A call in the platform's own form, which has no id. */
function toOwnCall({ name, input }: Call): object {
  return { name, arguments: JSON.parse(input) };
}

function ownUsage(decision: Decision): object {
  const { prompt_tokens, completion_tokens, total_tokens } = chatUsage(decision);
  return { prompt_tokens, completion_tokens, total_tokens };
}
