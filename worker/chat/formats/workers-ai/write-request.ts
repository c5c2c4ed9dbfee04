/**
 * Translates OpenAI's chat fields to those that every family of Workers AI's models takes, as
 * Cloudflare's own provider does:
 * https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider
 */
import { badRequest } from "../../refusal.ts";
import type { ChatMessage } from "../openai-chat/messages.ts";
import type { ChatFields } from "../openai-chat/request.ts";

/**
 * Translates the fields of a chat. Older models know only the older name of the token limit, and no
 * format "text". Throws a RefusalError for an image by address, and for a document.
 */
export function toWorkersAi(fields: ChatFields, isStreamed: boolean): object {
  const { messages, max_tokens, max_completion_tokens, response_format, tool_choice, ...same } =
    fields;
  requireWholeImages(messages);
  const {
    stream_options: _,
    prompt_cache_key: __,
    prompt_cache_retention: ___,
    store: ____,
    web_search_options: _____,
    verbosity: ______,
    ...inputs
  } = same;
  return {
    ...inputs,
    messages: messages.map(toMessage),
    max_tokens: max_completion_tokens ?? max_tokens,
    response_format: toFormat(response_format),
    ...toChoice(fields),
    ...(isStreamed && { stream: true }),
  };
}

/**
 * Refuses what has to be fetched: Workers AI's models fetch nothing, and the Worker fetches no
 * address that a caller names.
 */
function requireWholeImages(messages: readonly ChatMessage[]): void {
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      const at = `messages.${index}.content.${place}`;
      if (part.type === "file") {
        throw badRequest("invalid_value", `${at}: Workers AI's models take no files`, at);
      }
      if (part.type !== "image_url" || /^data:/i.test(part.image_url.url)) continue;
      const path = `${at}.image_url.url`;
      throw badRequest(
        "invalid_value",
        `${path}: Workers AI's models take no address; send the image itself as data:image/png;base64,…`,
        path,
      );
    }
  }
}

/**
 * Translates a message. Older models refuse content that is null or a list, and the role
 * "developer".
 */
function toMessage(message: ChatMessage): object {
  const content = toContent(message.content ?? "");
  return { ...message, role: message.role === "developer" ? "system" : message.role, content };
}

function toContent(content: NonNullable<ChatMessage["content"]>): unknown {
  if (typeof content === "string") return content;
  const texts = content.map((part) => {
    if (part.type === "text") return part.text;
    return part.type === "refusal" ? part.refusal : undefined;
  });
  return texts.includes(undefined) ? content : texts.join("\n");
}

/** Offers the tools of `allowed_tools` alone: the platform has no such choice. */
function toChoice({ tool_choice, tools }: ChatFields): object {
  if (typeof tool_choice !== "object" || tool_choice.type !== "allowed_tools") {
    return { tool_choice };
  }
  const { mode, tools: allowed } = tool_choice.allowed_tools;
  const names = new Set(
    allowed.map((tool) => (tool.type === "function" ? tool.function.name : tool.custom.name)),
  );
  const offered = tools?.filter(
    (tool) => tool.type === "function" && names.has(tool.function.name),
  );
  return { tool_choice: mode, tools: offered };
}

/**
 * Translates the response format. The schema stands alone here: in OpenAI's envelope it would be
 * taken for a schema itself. https://developers.cloudflare.com/workers-ai/features/json-mode/,
 * https://github.com/cloudflare/ai/pull/576
 */
function toFormat(format: ChatFields["response_format"]): object | undefined {
  if (format?.type === "json_object") return { type: "json_object" };
  if (format === undefined || !("json_schema" in format)) return undefined;
  const { name, description, schema } = format.json_schema;
  const json_schema = { title: name, ...(description && { description }), ...schema };
  return { type: format.type, json_schema };
}
