/** Writes a conversation as a request in OpenAI's chat format. */
import type { Model } from "../../env.ts";
import { badRequest } from "../../refusal.ts";
import type {
  AnswerFormat,
  Call,
  Conversation,
  Document,
  Image,
  Message,
  Reasoning,
  Text,
  Tool,
  ToolChoice,
} from "../conversation.ts";
import { unwrapOpaque } from "../opaque.ts";
import type { ChatMessage, ToolCall } from "./messages.ts";
import { REASONING_FIELDS } from "./reasoning.ts";
import type { ChatFields } from "./request.ts";

/**
 * Writes the fields of a request for a model. Throws a RefusalError for a tool that only another
 * format has. The format has no top_k, no errors of tools, and no marks of a cache.
 */
export function writeChatRequest(conversation: Conversation, model: Model): ChatFields {
  const { tools, toolChoice, answerFormat, stop, parallelCalls } = conversation;
  const custom = new Set(tools.flatMap((tool) => (tool.kind === "custom" ? [tool.name] : [])));
  return {
    messages: writeMessages(conversation.messages, model),
    ...(tools.length > 0 && {
      tools: tools.map(toTool),
      tool_choice: toolChoice && toChoice(toolChoice, custom),
      parallel_tool_calls: parallelCalls,
    }),
    response_format: answerFormat && toFormat(answerFormat),
    max_completion_tokens: conversation.maxTokens,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    ...(stop !== undefined && stop.length > 0 && { stop: [...stop] }),
    seed: conversation.seed,
    frequency_penalty: conversation.frequencyPenalty,
    presence_penalty: conversation.presencePenalty,
    reasoning_effort: conversation.effort,
    verbosity: toVerbosity(conversation.verbosity),
  };
}

/**
 * Writes messages. A tool's result has texts alone, so its images follow as a message of the user,
 * after all results of the turn: nothing may stand between a call and its result.
 */
function writeMessages(messages: readonly Message[], model: Model): ChatMessage[] {
  const written: ChatMessage[] = [];
  let seen: (Text | Image | Document)[] = [];
  for (const message of messages) {
    if (message.role !== "tool" && seen.length > 0) {
      written.push({ role: "user", content: seen.map(toPart) });
      seen = [];
    }
    if (message.role === "tool") {
      const { callId, content } = message;
      written.push({ role: "tool", tool_call_id: callId, content: joined(content) });
      const shown = content.filter(({ type }) => type !== "text");
      if (shown.length > 0) {
        seen.push({ type: "text", text: `Result of the call ${callId}:` }, ...shown);
      }
    } else written.push(...toMessages(message, model));
  }
  if (seen.length > 0) written.push({ role: "user", content: seen.map(toPart) });
  return written;
}

function toMessages(message: Exclude<Message, { role: "tool" }>, model: Model): ChatMessage[] {
  switch (message.role) {
    case "system":
    case "developer":
      return [{ role: message.role, content: joined(message.content) }];
    case "user": {
      const { content } = message;
      const isText = content.every(({ type }) => type === "text");
      return [{ role: "user", content: isText ? joined(content) : content.map(toPart) }];
    }
    case "assistant":
    default: {
      const { content } = message;
      const calls = content.filter((item): item is Call => item.type === "call").map(toCall);
      const refusal = content.filter(({ type }) => type === "refusal");
      const text = joined(content);
      // What was only thought, by another model, is nothing that was said.
      if (text === "" && calls.length === 0 && refusal.length === 0) return [];
      return [
        {
          role: "assistant",
          content: text === "" ? undefined : text,
          refusal: refusal.length === 0 ? undefined : refusal.map(textOf).join("\n"),
          tool_calls: calls.length === 0 ? undefined : calls,
          ...reasoningFor(content, model),
        },
      ];
    }
  }
}

/** Writes back what this model thought, in the field that showed it; another model's is dropped. */
function reasoningFor(content: readonly Message["content"][number][], model: Model): object {
  const own = content
    .filter((item): item is Reasoning => item.type === "reasoning")
    .map(({ text, opaque = "" }) => ({ text, field: unwrapOpaque(model.id, opaque) }));
  const field = REASONING_FIELDS.find((each) => own.some((item) => item.field === each));
  if (field === undefined) return {};
  return { [field]: own.map(({ text }) => text).join("\n") };
}

function textOf(item: object): string {
  return "text" in item && typeof item.text === "string" ? item.text : "";
}

function joined(content: readonly { readonly type: string }[]): string {
  return content
    .filter(({ type }) => type === "text")
    .map(textOf)
    .join("\n");
}

function toPart(part: Text | Image | Document) {
  if (part.type === "text") return { type: "text", text: part.text } as const;
  if (part.type === "document") {
    return { type: "file", file: { filename: part.name, file_data: part.url } } as const;
  }
  const detail = DETAILS.find((each) => each === part.detail);
  return { type: "image_url", image_url: { url: part.url, detail } } as const;
}

const DETAILS = ["auto", "low", "high", "original"] as const;
const VERBOSITIES = ["low", "medium", "high"] as const;

function toVerbosity(verbosity: string | undefined) {
  return VERBOSITIES.find((each) => each === verbosity);
}

function toCall({ id, name, input, isCustom, more }: Call): ToolCall {
  if (isCustom === true) return { id, type: "custom", custom: { name, input } };
  return { id, type: "function", function: { name, arguments: input }, ...more };
}

function toTool(tool: Tool): NonNullable<ChatFields["tools"]>[number] {
  if (tool.kind === "own") {
    throw badRequest(
      "unsupported_parameter",
      `${tool.path}: the model takes OpenAI's chat format, which has no tool of type ${tool.type}; leave it out, or ask another model`,
      tool.path,
    );
  }
  const { name, description } = tool;
  if (tool.kind === "custom") {
    const format = tool.grammar && { type: "grammar", grammar: tool.grammar };
    return { type: "custom", custom: { name, description, ...(format && { format }) } };
  }
  const { schema: parameters, strict } = tool;
  return { type: "function", function: { name, description, parameters, strict } };
}

function toChoice(
  { mode, only }: ToolChoice,
  custom: ReadonlySet<string>,
): ChatFields["tool_choice"] {
  if (only === undefined || mode === "none") return mode;
  const tools = only.map((name) =>
    custom.has(name)
      ? ({ type: "custom", custom: { name } } as const)
      : ({ type: "function", function: { name } } as const),
  );
  const [first] = tools;
  if (mode === "required" && tools.length === 1 && first !== undefined) return first;
  return { type: "allowed_tools", allowed_tools: { mode, tools } };
}

function toFormat(format: AnswerFormat): NonNullable<ChatFields["response_format"]> {
  if (format.type === "json") return { type: "json_object" };
  const { name, description, schema, strict } = format;
  return { type: "json_schema", json_schema: { name, description, schema, strict } };
}
