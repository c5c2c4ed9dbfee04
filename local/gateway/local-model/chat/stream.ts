/** Writes streamed answers in OpenAI's chat format. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";

import type { Call, Decision } from "../decide.ts";
import { chunks, unnamedEvent, words } from "../stream.ts";
import { callId, chatUsage, finishReason, shownThought } from "./parts.ts";

type Delta = ChatCompletionChunk.Choice.Delta;

/** Where the usage stands: in a chunk of its own, beside the end, or nowhere. */
type UsagePlace = "chunk" | "end" | "none";

/** Lists the events of an answer. Calls come one after another, arguments in several pieces. */
export function* chatEvents(
  model: string,
  decision: Decision,
  usagePlace: UsagePlace,
): Generator<string> {
  const head = {
    id: `chatcmpl-${decision.id}`,
    object: "chat.completion.chunk",
    created: Math.floor(Date.now() / 1000),
    model,
  } as const;
  const write = (rest: Omit<ChatCompletionChunk, keyof typeof head>) =>
    unnamedEvent({ ...head, ...rest } satisfies ChatCompletionChunk);
  // A caller that wants a chunk of usage finds null in the ones before it.
  const none = usagePlace === "chunk" ? { usage: null } : {};
  for (const delta of deltas(model, decision)) {
    yield write({ choices: [{ index: 0, delta, finish_reason: null }], ...none });
  }
  const usage = chatUsage(decision);
  const end = { index: 0, delta: {}, finish_reason: finishReason(decision) };
  yield write({ choices: [end], ...(usagePlace === "end" ? { usage } : none) });
  if (usagePlace === "chunk") yield write({ choices: [], usage });
  yield "data: [DONE]\n\n";
}

function* deltas(model: string, decision: Decision): Generator<Delta> {
  const { text, calls } = decision;
  yield { role: "assistant", content: calls.length > 0 ? null : "", refusal: null };
  const { reasoning_content = "" } = shownThought(model, decision);
  for (const word of words(reasoning_content)) yield toReasoning(word);
  for (const word of words(text)) yield { content: word };
  for (const [index, call] of calls.entries()) {
    for (const part of callParts(call, index)) yield { tool_calls: [part] };
  }
}

/** A field that OpenAI's own types do not have. */
function toReasoning(reasoning_content: string): Delta & { readonly reasoning_content: string } {
  return { reasoning_content };
}

function* callParts(
  call: Call,
  index: number,
): Generator<ChatCompletionChunk.Choice.Delta.ToolCall> {
  const { name, input, isCustom } = call;
  const id = callId(call);
  if (isCustom) {
    yield { index, id, type: "custom", custom: { name, input: "" } };
    for (const piece of chunks(input)) yield { index, custom: { input: piece } };
    return;
  }
  yield { index, id, type: "function", function: { name, arguments: "" } };
  for (const piece of chunks(input)) yield { index, function: { arguments: piece } };
}
