/** How much a model thinks, in the terms of Anthropic's Messages. */
import type { Conversation } from "../conversation.ts";
import type { MessagesFields } from "./request.ts";

/**
 * Reads the effort. A budget becomes the effort whose budget is usual; `disabled` and `adaptive`
 * leave it to a model of another format, for few of those can be kept from thinking.
 */
export function readEffort({ thinking, output_config }: MessagesFields): string | undefined {
  if (thinking?.type === "disabled") return undefined;
  const effort = output_config?.effort;
  if (effort !== undefined) return effort === "max" ? "xhigh" : effort;
  const budget = thinking?.budget_tokens;
  if (budget === undefined) return undefined;
  if (budget <= 4_096) return "low";
  return budget <= 16_384 ? "medium" : "high";
}

/**
 * Writes the effort. Thinking and a tool that must be called exclude each other.
 * https://platform.claude.com/docs/en/build-with-claude/thinking
 */
export function writeEffort({ effort, toolChoice }: Conversation): Partial<MessagesFields> {
  if (effort === undefined) return {};
  if (effort === "none") return { thinking: { type: "disabled" } };
  const output_config = { effort: effort === "minimal" ? "low" : effort };
  if (toolChoice?.mode === "required") return { output_config };
  return { thinking: { type: "adaptive" }, output_config };
}
