/** Checks a history of calls and results in OpenAI's chat format. */
import { openAiRefusal } from "../refusal.ts";
import type { ChatMessage } from "./fields.ts";

/** Checks that each result answers a call of the assistant before it, and each call has a result. Throws a ModelRefusal. */
export function checkCalls(messages: readonly ChatMessage[]): void {
  let open: readonly (string | undefined)[] = [];
  for (const [index, { role, tool_calls, tool_call_id }] of messages.entries()) {
    const param = `messages.[${index}].role`;
    if (role === "tool") {
      if (!open.includes(tool_call_id)) {
        const message =
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        throw openAiRefusal(message, { param });
      }
      open = open.filter((id) => id !== tool_call_id);
      continue;
    }
    refuseOpen(open, param);
    open = (tool_calls ?? []).map(({ id }) => id);
  }
  refuseOpen(open, `messages.[${messages.length}].role`);
}

function refuseOpen(open: readonly (string | undefined)[], param: string): void {
  if (open.length === 0) return;
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(", ")}`;
  throw openAiRefusal(message, { param });
}
