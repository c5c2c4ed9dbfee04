/** Writes whole answers in OpenAI's Responses format. */
import type {
  Response as OpenAiResponse,
  ResponseUsage,
} from "openai/resources/responses/responses";

import type { Decision } from "../decide.ts";
import { itemsOf, type Item } from "./items.ts";
import type { ResponsesRequest } from "./request.ts";

/** An answer as it stands on the wire, where SDKs add the joined text. */
export type WireResponse = Omit<
  OpenAiResponse,
  "output_text" | "output" | "tools" | "tool_choice"
> & {
  readonly output: Item[];
  readonly store: boolean;
  readonly tools: readonly unknown[];
  readonly tool_choice: unknown;
};

/** Writes an answer. */
export function toResponse(request: ResponsesRequest, decision: Decision): WireResponse {
  const { fields, view } = request;
  const { isCut } = decision;
  const now = Math.floor(Date.now() / 1000);
  return {
    id: `resp_${decision.id}`,
    object: "response",
    created_at: now,
    completed_at: isCut ? null : now,
    status: isCut ? "incomplete" : "completed",
    access_programs: null,
    background: false,
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    instructions: fields.instructions ?? null,
    max_output_tokens: fields.max_output_tokens ?? null,
    metadata: {},
    model: view.model,
    output: itemsOf(request, decision),
    parallel_tool_calls: view.isParallel,
    previous_response_id: null,
    store: fields.store ?? true,
    temperature: 1,
    tool_choice: fields.tool_choice ?? "auto",
    tools: fields.tools ?? [],
    top_p: 1,
    truncation: "disabled",
    usage: toUsage(decision),
  };
}

function toUsage({ usage }: Decision): ResponseUsage {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.total,
  };
}
