/**
 * Translates OpenAI's chat fields to those that every family of Workers AI's models takes, as
 * Cloudflare's own provider does:
 * https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider
 */
import type { ChatInputs } from "../openai-chat/request.ts";
import type { Message } from "../openai-chat/messages.ts";

/**
 * Translates the inputs of a chat. Older models know only the older name of the token limit, and no
 * format "text".
 */
export function toWorkersAi(inputs: ChatInputs): object {
  const { messages, max_completion_tokens, response_format, ...same } = inputs;
  return {
    ...same,
    messages: messages.map(toMessage),
    max_tokens: max_completion_tokens,
    response_format: toFormat(response_format),
  };
}

/**
 * Translates a message. Older models refuse content that is null or a list, and the role
 * "developer".
 */
function toMessage(message: Message): object {
  const content = toContent(message.content ?? "");
  return { ...message, role: message.role === "developer" ? "system" : message.role, content };
}

function toContent(content: NonNullable<Message["content"]>): unknown {
  if (typeof content === "string") return content;
  const texts = content.map((part) => {
    if (part.type === "text") return part.text;
    return part.type === "refusal" ? part.refusal : undefined;
  });
  return texts.includes(undefined) ? content : texts.join("\n");
}

/**
 * Translates the response format. The schema stands alone here: in OpenAI's envelope it would be
 * taken for a schema itself. https://developers.cloudflare.com/workers-ai/features/json-mode/,
 * https://github.com/cloudflare/ai/pull/576
 */
function toFormat(format: ChatInputs["response_format"]): object | undefined {
  if (format?.type !== "json_schema") return format?.type === "json_object" ? format : undefined;
  const { name, description, schema } = format.json_schema;
  const json_schema = { title: name, ...(description && { description }), ...schema };
  return { type: format.type, json_schema };
}
