/**
 * Checks what thinking asks of the rest of a request.
 * https://docs.claude.com/en/docs/build-with-claude/extended-thinking
 */
import { anthropicRefusal } from "../refusal.ts";
import type { MessagesFields } from "./fields.ts";
import type { Turn } from "./turns.ts";

const SMALLEST_BUDGET = 1024;

/** Checks a request. Throws a ModelRefusal. */
export function checkThinking(fields: MessagesFields, turns: readonly Turn[]): void {
  const { thinking, max_tokens, temperature, tool_choice } = fields;
  if (thinking?.type !== "enabled" && thinking?.type !== "adaptive") return;
  if (tool_choice?.type === "any" || tool_choice?.type === "tool") {
    throw anthropicRefusal("Thinking may not be enabled when tool_choice forces tool use.");
  }
  if (temperature !== undefined && temperature !== 1) {
    throw anthropicRefusal("`temperature` may only be set to 1 when thinking is enabled.");
  }
  if (thinking.type !== "enabled") return;
  if (thinking.budget_tokens < SMALLEST_BUDGET) {
    throw anthropicRefusal(
      `thinking.enabled.budget_tokens: Input should be greater than or equal to ${SMALLEST_BUDGET}`,
    );
  }
  if (thinking.budget_tokens >= max_tokens) {
    throw anthropicRefusal("`max_tokens` must be greater than `thinking.budget_tokens`.");
  }
  checkStart(turns);
}

/** Checks that the turn whose calls are now answered begins with what the model thought. */
function checkStart(turns: readonly Turn[]): void {
  const isAnswered = turns.at(-1)?.blocks.some(({ type }) => type === "tool_result") === true;
  const turn = turns.at(-2);
  const first = turn?.blocks[0]?.type;
  if (!isAnswered || first === undefined || first === "thinking") return;
  throw anthropicRefusal(
    `messages.${turn?.index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  );
}
