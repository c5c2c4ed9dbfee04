/**
 * Writes streamed answers in Anthropic's Messages format.
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 */
import type {
  Message,
  RawContentBlockDelta,
  RawMessageStreamEvent,
  TextBlock,
  ThinkingBlock,
  ToolUseBlock,
} from "@anthropic-ai/sdk/resources/messages";

import { chunks, namedEvent, words } from "../stream.ts";

/** A block that the model makes. */
export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

/** A message of nothing but such blocks. */
export type OwnMessage = Omit<Message, "content"> & { readonly content: Block[] };

/** Lists the events of an answer; blocks come one after another. */
export function* messageEvents(message: OwnMessage): Generator<string> {
  const { content, usage, container, stop_details, stop_reason, stop_sequence } = message;
  const begun: Message = {
    ...message,
    content: [],
    stop_reason: null,
    // The count of the output so far; the whole one comes last.
    usage: { ...usage, output_tokens: 1, output_tokens_details: null },
  };
  yield write({ type: "message_start", message: begun });
  yield namedEvent({ type: "ping" });
  for (const [index, block] of content.entries()) {
    yield write({ type: "content_block_start", index, content_block: begin(block) });
    for (const delta of deltas(block)) yield write({ type: "content_block_delta", index, delta });
    yield write({ type: "content_block_stop", index });
  }
  yield write({
    type: "message_delta",
    delta: { container, stop_details, stop_reason, stop_sequence },
    usage,
  });
  yield write({ type: "message_stop" });
}

function write(event: RawMessageStreamEvent): string {
  return namedEvent(event);
}

/** Returns a block as it stands before its first piece. */
function begin(block: Block): Block {
  if (block.type === "text") return { ...block, text: "" };
  if (block.type === "thinking") return { ...block, thinking: "", signature: "" };
  return { ...block, input: {} };
}

function* deltas(block: Block): Generator<RawContentBlockDelta> {
  switch (block.type) {
    case "text":
      for (const text of words(block.text)) yield { type: "text_delta", text };
      return;
    case "thinking":
      for (const thinking of words(block.thinking)) yield { type: "thinking_delta", thinking };
      yield { type: "signature_delta", signature: block.signature };
      return;
    case "tool_use":
      // The API begins with an empty piece.
      yield { type: "input_json_delta", partial_json: "" };
      for (const partial_json of chunks(JSON.stringify(block.input))) {
        yield { type: "input_json_delta", partial_json };
      }
  }
}
