/** Reads and checks the blocks of messages in Anthropic's form. */
import { z } from "zod";

import { anthropicRefusal } from "../refusal.ts";
import { isSignatureOf } from "../seal.ts";

const BLOCKS = [
  "text",
  "image",
  "document",
  "search_result",
  "thinking",
  "redacted_thinking",
  "tool_use",
  "tool_result",
  "server_tool_use",
  "web_search_tool_result",
  "web_fetch_tool_result",
  "code_execution_tool_result",
];

const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
});
export type Block = z.output<typeof block>;

const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(block)], "Input should be a valid list"),
});
export type Message = z.output<typeof message>;

export const messageList = z.array(message).min(1, "at least one message is required");

/** Lists the blocks of a content; a text alone is one. */
export function blocksOf(content: Message["content"]): readonly Block[] {
  return typeof content === "string"
    ? [{ type: "text", text: content, content: undefined }]
    : content;
}

/** Checks a block at `path`, such as `1.content.0`. Throws a ModelRefusal. */
export function checkBlock(model: string, one: Block, path: string): void {
  const { type, text, thinking = "", signature } = one;
  if (!BLOCKS.includes(type)) {
    const tags = BLOCKS.map((known) => `'${known}'`).join(", ");
    throw anthropicRefusal(
      `messages.${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${tags}`,
    );
  }
  if (type === "text" && text === "") {
    throw anthropicRefusal("messages: text content blocks must be non-empty");
  }
  if (type === "redacted_thinking") {
    // This model never makes any.
    throw anthropicRefusal(`messages.${path}: Invalid \`data\` in \`redacted_thinking\` block`);
  }
  if (type !== "thinking") return;
  if (signature === undefined) {
    throw anthropicRefusal(`messages.${path}.thinking.signature: Field required`);
  }
  if (isSignatureOf(model, thinking, signature)) return;
  throw anthropicRefusal(`messages.${path}: Invalid \`signature\` in \`thinking\` block`);
}
