/** Why an answer ended, in the terms of Anthropic's Messages. */
import type { EndReason } from "../conversation.ts";

const REASONS: ReadonlyMap<string, EndReason> = new Map([
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);

/** Reads a reason. A turn that pauses, and a reason that is not known yet, count as an end. */
export function readReason(reason: unknown): EndReason {
  return REASONS.get(String(reason).toLowerCase()) ?? "stop";
}

/** Writes the fields that say why an answer ended. `hasRefused` is whether the model declined. */
export function writeReason(reason: EndReason, hasRefused: boolean): object {
  const stop_reason = hasRefused ? "refusal" : STOP_REASONS[reason];
  const isRefusal = stop_reason === "refusal";
  return {
    stop_reason,
    stop_sequence: null,
    stop_details: isRefusal ? { type: "refusal", category: null, explanation: null } : null,
  };
}

const STOP_REASONS = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
} as const satisfies Readonly<Record<EndReason, string>>;
