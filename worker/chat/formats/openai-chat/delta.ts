/** What whole answers and streams in OpenAI's chat format have in common. */
import type { EndReason, Part } from "../conversation.ts";
import { REASONING_FIELDS } from "./reasoning.ts";
import type { ToolCalls } from "./tool-calls.ts";

/** Reads a delta of a stream, or a whole message. Contents may be numbers, and lists of parts. */
export function readDelta(delta: unknown, calls: ToolCalls): readonly Part[] {
  const parts: Part[] = [];
  let hasReasoning = false;
  const more: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(Object(delta))) {
    if (value === null || value === undefined || name === "role") continue;
    const field = REASONING_FIELDS.find((each) => each === name);
    if (name === "content") parts.push(...readContent(value));
    else if (name === "refusal") parts.push(...some("refusal", textOf(value)));
    else if (name === "tool_calls")
      parts.push(...[value].flat().flatMap((item) => calls.read(item)));
    // The older form of a call, which some servers still give.
    else if (name === "function_call") parts.push(...calls.read({ function: value }));
    else if (field !== undefined && typeof value === "string" && !hasReasoning) {
      hasReasoning = true;
      if (value !== "") parts.unshift({ type: "reasoning", text: value, field });
    } else more[name] = value;
  }
  if (Object.keys(more).length > 0) parts.push({ type: "more", fields: more });
  return parts;
}

/** Reads a content: a text, or a list of texts and thoughts. */
function readContent(value: unknown): readonly Part[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  if (!parts.some(isThought)) return some("text", textOf(value));
  return parts.flatMap((part) =>
    isThought(part) ? some("reasoning", textOf(part.thinking)) : some("text", textOf([part])),
  );
}

/** Returns whether a part is a thought, as Mistral's models give it. */
function isThought(part: unknown): part is { readonly thinking: unknown } {
  return Object(part).type === "thinking";
}

function some(type: "text" | "refusal" | "reasoning", text: string): readonly Part[] {
  return text === "" ? [] : [{ type, text }];
}

/** Reads a text that may come as a number, as parsed JSON, or as a list of parts. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((part) => typeof Object(part).text === "string")) {
    return value.map((part: { readonly text: string }) => part.text).join("");
  }
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** The reasons of providers and model servers for an end before the answer is whole. */
const REASONS: ReadonlyMap<string, EndReason> = new Map([
  ["length", "length"],
  ["max_tokens", "length"],
  ["max_output_tokens", "length"],
  ["model_length", "length"],
  ["model_context_window_exceeded", "length"],
  ["content_filter", "content_filter"],
  ["refusal", "content_filter"],
  ["safety", "content_filter"],
  ["sensitive", "content_filter"],
  ["recitation", "content_filter"],
  ["prohibited_content", "content_filter"],
  ["blocklist", "content_filter"],
  ["spii", "content_filter"],
]);

/** Reads why an answer ended; that it ended in calls is known from the calls themselves. */
export function readReason(reason: unknown): EndReason {
  return REASONS.get(String(reason).toLowerCase()) ?? "stop";
}
