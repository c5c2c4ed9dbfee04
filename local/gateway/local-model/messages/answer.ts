/** Writes whole answers in Anthropic's Messages format, and answers requests in it. */
import type { ToolUseBlock, Usage } from "@anthropic-ai/sdk/resources/messages";

import type { ModelReply } from "../../model.ts";
import { decide, type Decision } from "../decide.ts";
import { sign } from "../seal.ts";
import { streamed, whole } from "../stream.ts";
import { readMessagesRequest } from "./request.ts";
import { messageEvents, type Block, type OwnMessage } from "./stream.ts";

/** Answers a request. Throws a ModelRefusal. */
export function answerMessages(model: string, inputs: unknown): ModelReply {
  const { view, isStreamed } = readMessagesRequest(model, inputs);
  const message = toMessage(model, decide(view));
  return isStreamed ? streamed(messageEvents(message)) : whole(message);
}

function toMessage(model: string, decision: Decision): OwnMessage {
  return {
    id: `msg_${decision.id}`,
    type: "message",
    role: "assistant",
    model,
    content: toBlocks(model, decision),
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: stopReason(decision),
    stop_sequence: null,
    usage: toUsage(decision),
  };
}

function stopReason({ calls, isCut }: Decision) {
  if (calls.length > 0) return "tool_use" as const;
  return isCut ? ("max_tokens" as const) : ("end_turn" as const);
}

function toBlocks(model: string, { thought, text, calls }: Decision): Block[] {
  const thinking =
    thought === undefined
      ? []
      : [{ type: "thinking", thinking: thought, signature: sign(model, thought) } as const];
  const uses = calls.map(({ id, name, input }): ToolUseBlock => ({
    type: "tool_use",
    id: `toolu_${id}`,
    name,
    input: JSON.parse(input),
    caller: { type: "direct" },
  }));
  const texts = calls.length > 0 ? [] : [{ type: "text", text, citations: null } as const];
  return [...thinking, ...texts, ...uses];
}

function toUsage({ usage }: Decision): Usage {
  return {
    input_tokens: usage.input,
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: usage.reasoning },
    cache_creation: null,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    inference_geo: null,
    server_tool_use: null,
    service_tier: "standard",
    speed: null,
  };
}
