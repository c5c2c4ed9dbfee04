/** Reads a request in OpenAI's chat format. */
import * as v from "valibot";

import type { Env } from "../../env.ts";
import { readAs } from "../../models/response.ts";
import { checkRequest, parseObject, unknownFields } from "../../refusal.ts";
import type {
  AnswerFormat,
  Call,
  Conversation,
  Declined,
  Document,
  Image,
  Message,
  Text,
  Tool,
  ToolChoice,
} from "../conversation.ts";
import type { ChatRequest } from "../format.ts";
import { requireReach } from "../reach.ts";
import type { ChatMessage, Part, ToolCall } from "./messages.ts";
import { readReasoning, withoutOthersReasoning } from "./reasoning.ts";
import { chatRequest, UNSUPPORTED, type ChatFields } from "./request.ts";

const grammarShape = v.object({ syntax: v.string(), definition: v.string() });

/** Reads the body of a chat request. Throws a RefusalError for what cannot be served. */
export function readChatRequest(body: string, env: Pick<Env, "ALLOW">): ChatRequest {
  const json = parseObject(body);
  const request = checkRequest(json, chatRequest, UNSUPPORTED);
  const { model, stream = false, stream_options, stop, ...rest } = request;
  requireReaches(rest, env);
  const includeUsage = stream && stream_options?.include_usage === true;
  const hasStop = stop !== undefined && stop.length > 0;
  const fields: ChatFields = { ...withoutEmptyTools(rest), ...(hasStop && { stop }) };
  return {
    model,
    isStreamed: stream,
    includeUsage,
    conversation: toConversation(fields),
    fields: {
      ...fields,
      messages: fields.messages.map(withoutOthersReasoning),
      ...(includeUsage && { stream_options: { include_usage: true } }),
    },
    ignored: unknownFields(json, chatRequest.entries, UNSUPPORTED),
  };
}

/** Leaves out an empty list of tools, and what speaks of tools where there are none. */
function withoutEmptyTools(fields: ChatFields): ChatFields {
  const { tools, tool_choice, ...rest } = fields;
  if (tools !== undefined && tools.length > 0) return fields;
  if (tools !== undefined) delete rest.parallel_tool_calls;
  return tool_choice === "auto" || tool_choice === "none" ? rest : { ...rest, tool_choice };
}

function requireReaches(fields: ChatFields, env: Pick<Env, "ALLOW">): void {
  const { store, prompt_cache_retention, web_search_options } = fields;
  if (store === true) requireReach(env, "store", "store");
  if (prompt_cache_retention === "24h") requireReach(env, "cache_24h", "prompt_cache_retention");
  if (web_search_options !== undefined) requireReach(env, "web_search", "web_search_options");
}

function toConversation(fields: ChatFields): Conversation {
  const { messages, tools = [], tool_choice, response_format, stop } = fields;
  return {
    messages: messages.map(toMessage),
    tools: tools.map(toTool),
    toolChoice: tool_choice && toChoice(tool_choice),
    parallelCalls: fields.parallel_tool_calls,
    answerFormat: response_format && toFormat(response_format),
    maxTokens: fields.max_completion_tokens ?? fields.max_tokens,
    temperature: fields.temperature,
    topP: fields.top_p,
    stop: typeof stop === "string" ? [stop] : stop,
    seed: fields.seed,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    effort: fields.reasoning_effort,
    verbosity: fields.verbosity,
  };
}

function toMessage(message: ChatMessage): Message {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: message.role, content: partsOf(message.content).map(toText) };
    case "user":
      return { role: "user", content: partsOf(message.content).map(toPart) };
    case "tool":
      return {
        role: "tool",
        callId: message.tool_call_id,
        content: partsOf(message.content).map(toText),
      };
    case "assistant":
    default: {
      const { content, refusal, tool_calls = [] } = message;
      return {
        role: "assistant",
        content: [
          ...readReasoning(message),
          ...partsOf(content ?? []).map(toSaid),
          ...(refusal === undefined ? [] : [{ type: "refusal", text: refusal } as const]),
          ...tool_calls.map(toCall),
        ],
      };
    }
  }
}

type TextPart = Extract<Part, { type: "text" }>;

function partsOf<Given>(content: string | readonly Given[]): readonly (Given | TextPart)[] {
  if (typeof content !== "string") return content;
  return content === "" ? [] : [{ type: "text", text: content }];
}

function toText({ text, cache_control }: TextPart): Text {
  return { type: "text", text, ...(cache_control !== undefined && { isCacheMark: true }) };
}

function toSaid(part: Extract<Part, { type: "text" | "refusal" }>): Text | Declined {
  return part.type === "text" ? toText(part) : { type: "refusal", text: part.refusal };
}

function toPart(part: Extract<Part, { type: "text" | "image_url" | "file" }>) {
  if (part.type === "text") return toText(part);
  if (part.type === "image_url") {
    const { url, detail } = part.image_url;
    return { type: "image", url, ...(detail && { detail }) } satisfies Image;
  }
  const { file_data: url, filename: name } = part.file;
  return { type: "document", url, ...(name && { name }) } satisfies Document;
}

function toCall(call: ToolCall): Call {
  if (call.type === "custom") {
    return { type: "call", id: call.id, isCustom: true, ...call.custom };
  }
  const { name, arguments: input } = call.function;
  return { type: "call", id: call.id, name, input };
}

function toTool(tool: NonNullable<ChatFields["tools"]>[number]): Tool {
  if (tool.type === "custom") {
    const { name, description, format } = tool.custom;
    const { grammar }: { readonly grammar?: unknown } = Object(format);
    return { kind: "custom", name, description, grammar: readAs(grammarShape, grammar) };
  }
  const { parameters: schema, ...rest } = tool.function;
  return { kind: "function", ...rest, schema };
}

function toChoice(choice: NonNullable<ChatFields["tool_choice"]>): ToolChoice {
  if (typeof choice === "string") return { mode: choice };
  if (choice.type !== "allowed_tools") return { mode: "required", only: [nameOf(choice)] };
  const { mode, tools } = choice.allowed_tools;
  return { mode, only: tools.map(nameOf) };
}

function nameOf(
  named:
    | { type: "function"; function: { name: string } }
    | { type: "custom"; custom: { name: string } },
): string {
  return named.type === "function" ? named.function.name : named.custom.name;
}

function toFormat(format: NonNullable<ChatFields["response_format"]>): AnswerFormat | undefined {
  if (format.type === "json_schema") return { type: "schema", ...format.json_schema };
  return format.type === "json_object" ? { type: "json" } : undefined;
}
