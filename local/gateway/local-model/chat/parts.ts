/** The parts of an answer in OpenAI's chat format that whole and streamed ones share. */
import type { CompletionUsage } from "openai/resources/completions";

import type { Call, Decision } from "../decide.ts";

export function finishReason({ calls, isCut }: Decision) {
  if (calls.length > 0) return "tool_calls" as const;
  return isCut ? ("length" as const) : ("stop" as const);
}

export function chatUsage({ usage }: Decision): CompletionUsage {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.total,
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

/** The reasoning as other makers' models show it. OpenAI's never do, in this form. */
export function shownThought(model: string, { thought }: Decision) {
  return thought === undefined || model.startsWith("openai/") ? {} : { reasoning_content: thought };
}

/** The id of a call, in this form. */
export function callId({ id }: Call): string {
  return `call_${id}`;
}
