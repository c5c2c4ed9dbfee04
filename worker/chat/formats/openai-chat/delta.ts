/** What whole answers and streams in OpenAI's chat form have in common. */
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
    if (name === "content") pushText(parts, "text", value);
    else if (name === "refusal") pushText(parts, "refusal", value);
    else if (name === "tool_calls") parts.push(...readCalls(value, calls));
    else if (field !== undefined && typeof value === "string" && !hasReasoning) {
      hasReasoning = true;
      if (value !== "") parts.unshift({ type: "reasoning", text: value, field });
    } else more[name] = value;
  }
  if (Object.keys(more).length > 0) parts.push({ type: "more", fields: more });
  return parts;
}

function readCalls(value: unknown, calls: ToolCalls): readonly Part[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item) => calls.read(item));
}

function pushText(parts: Part[], type: "text" | "refusal", value: unknown): void {
  const text = textOf(value);
  if (text !== "") parts.push({ type, text });
}

/** Reads a text that may come as a number, as parsed JSON, or as a list of parts. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((part) => typeof Object(part).text === "string")) {
    return value.map((part: { readonly text: string }) => part.text).join("");
  }
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

const REASONS: ReadonlyMap<unknown, EndReason> = new Map([
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["content_filter", "content_filter"],
  ["safety", "content_filter"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
]);

/** Reads why an answer ended: a model that calls tools may report `stop`, or nothing. */
export function readReason(reason: unknown, hasCalls: boolean): EndReason {
  const known = REASONS.get(typeof reason === "string" ? reason.toLowerCase() : reason);
  if (known !== undefined && known !== "tool_calls") return known;
  return hasCalls ? "tool_calls" : "stop";
}

/** Returns the error in an answer; undefined where there is none. */
export function errorIn(json: unknown): unknown {
  const { error, errors, success, choices }: Readonly<Record<string, unknown>> = Object(json);
  const [first]: readonly unknown[] = Array.isArray(choices) ? choices : [];
  const choice: Readonly<Record<string, unknown>> = Object(first);
  const isFailed = success === false || choice["finish_reason"] === "error";
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  const found = error ?? choice["error"] ?? (hasErrors ? errors : undefined);
  return (found ?? undefined) === undefined && !isFailed ? undefined : json;
}
