/**
 * Workers AI's models: they take chat fields, older families with texts alone as contents, and
 * answer in the platform's own form or, newer families, in OpenAI's chat form.
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
  const parsed = chatFields.safeParse(inputs);
  if (!parsed.success) {
    throw workersAiRefusal(5004, "Invalid input: messages must be a list of messages");
  }
  const fields = parsed.data;
  const isNew = answersAsOpenAi(model);
  if (!isNew) checkContents(fields);
  const decision = decide(viewOfChat(model, fields, fields.response_format?.json_schema));
  if (fields.stream === true) {
    return streamed(isNew ? chatEvents(model, decision, "end") : ownEvents(decision));
  }
  return whole(isNew ? chatCompletion(model, decision) : ownAnswer(fields, decision));
}

/** Returns whether a family answers with `choices`; older ones answer with `response` (seen). */
function answersAsOpenAi(name: string): boolean {
  return /^@cf\/(openai|moonshotai|zai-org|nvidia)\//.test(name);
}

// https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider sends older families
// nothing else, an image apart.
function checkContents({ messages }: ChatFields): void {
  for (const [index, { role, content }] of messages.entries()) {
    const isText = typeof content === "string";
    const hasImage = Array.isArray(content) && content.some(({ type }) => type === "image_url");
    if (role !== "developer" && (isText || hasImage)) continue;
    const what = role === "developer" ? "role" : "content";
    throw workersAiRefusal(
      5006,
      `AiError: Bad input: Error: oneOf at '/' not met: Type mismatch of '/messages/${index}/${what}'`,
    );
  }
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
