/**
 * Reads a request in OpenAI's chat format, with the refusals of OpenAI's API.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";

import { notSupported, openAiRefusal, readOpenAi } from "../refusal.ts";
import type { View } from "../view.ts";
import { chatFields, viewOfChat, type ChatFields, type ChatMessage } from "./fields.ts";
import { checkCalls } from "./history.ts";

const KNOWN: readonly string[] = [
  "messages",
  "model",
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "max_completion_tokens",
  "max_tokens",
  "metadata",
  "modalities",
  "moderation",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
] satisfies readonly (keyof ChatCompletionCreateParams)[];

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];
const TOOLS = ["function", "custom"];

/** A checked request. */
export interface ChatRequest {
  readonly view: View;
  readonly isStreamed: boolean;
  readonly includesUsage: boolean;
}

/** Reads a request. Throws a ModelRefusal. */
export function readChatRequest(model: string, inputs: unknown): ChatRequest {
  // Other providers have fields of their own beside OpenAI's.
  if (model.startsWith("openai/")) refuseUnknown(inputs);
  const fields = readOpenAi(chatFields, inputs);
  checkRoles(fields.messages);
  checkCalls(fields.messages);
  checkTools(fields);
  return {
    view: viewOfChat(model, fields, fields.response_format?.json_schema?.["schema"]),
    isStreamed: fields.stream === true,
    includesUsage: fields.stream_options?.include_usage === true,
  };
}

function refuseUnknown(inputs: unknown): void {
  const param = Object.keys(Object(inputs)).find((key) => !KNOWN.includes(key));
  if (param === undefined || !("messages" in Object(inputs))) return;
  throw openAiRefusal(`Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" });
}

function checkRoles(messages: readonly ChatMessage[]): void {
  for (const [index, { role }] of messages.entries()) {
    if (!ROLES.includes(role)) throw notSupported(role, ROLES, `messages[${index}].role`);
  }
}

function checkTools({ tools, tool_choice, parallel_tool_calls }: ChatFields): void {
  const has = (tools ?? []).length > 0;
  for (const [param, value] of Object.entries({ tool_choice, parallel_tool_calls })) {
    if (has || value === undefined || value === null) continue;
    const message = `Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`;
    throw openAiRefusal(message, { param });
  }
  for (const [index, { type }] of (tools ?? []).entries()) {
    if (type !== undefined && TOOLS.includes(type)) continue;
    throw notSupported(type, TOOLS, `tools[${index}].type`);
  }
}
