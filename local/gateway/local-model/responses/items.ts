/** Writes an answer's items in OpenAI's Responses format. */
import type {
  ResponseCustomToolCall,
  ResponseFunctionToolCall,
  ResponseOutputMessage,
  ResponseOutputText,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";

import type { Call, Decision } from "../decide.ts";
import { seal } from "../seal.ts";
import type { ResponsesRequest } from "./request.ts";

/** An item of an answer. */
export type Item =
  | ResponseReasoningItem
  | (Omit<ResponseOutputMessage, "content"> & { readonly content: ResponseOutputText[] })
  | (ResponseFunctionToolCall & { readonly id: string })
  | (ResponseCustomToolCall & { readonly id: string });

/** Lists the items of an answer: what the model thought, then a message or calls. */
export function itemsOf(request: ResponsesRequest, decision: Decision): Item[] {
  const { thought, calls } = decision;
  const reasoning = thought === undefined ? [] : [toReasoning(request, decision, thought)];
  return [...reasoning, ...(calls.length > 0 ? calls.map(toCall) : [toMessage(decision)])];
}

function toReasoning(
  { view, fields }: ResponsesRequest,
  { id }: Decision,
  thought: string,
): ResponseReasoningItem {
  const isShown = typeof fields.reasoning?.summary === "string";
  const isIncluded = fields.include?.includes("reasoning.encrypted_content") === true;
  return {
    id: `rs_${id}`,
    type: "reasoning",
    summary: isShown ? [{ type: "summary_text", text: thought }] : [],
    ...(isIncluded && { encrypted_content: seal(view.model, thought) }),
  };
}

function toMessage({ id, text, isCut }: Decision): Item {
  const content: ResponseOutputText = { type: "output_text", text, annotations: [], logprobs: [] };
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    status: isCut ? "incomplete" : "completed",
    content: [content],
  };
}

// An item's id is not its call_id: a client that takes one for the other is found out.
function toCall({ id, name, input, isCustom, namespace }: Call): Item {
  const named = { call_id: `call_${id}`, name, ...(namespace !== undefined && { namespace }) };
  if (isCustom) return { id: `ctc_${id}`, type: "custom_tool_call", ...named, input };
  const status = "completed";
  return { id: `fc_${id}`, type: "function_call", status, ...named, arguments: input };
}
