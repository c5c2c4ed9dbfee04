/** Writes a whole answer in OpenAI's chat format. */
import type { Answer, Call } from "../conversation.ts";
import type { AnswerHead } from "../format.ts";
import { writeUsage } from "./usage.ts";

/** Writes a chat completion. */
export function writeChatAnswer(
  { content, reason, usage, more }: Answer,
  head: AnswerHead,
): object {
  const text = content.filter((item) => item.type === "text");
  const refusal = content.filter((item) => item.type === "refusal");
  const calls = content.filter((item) => item.type === "call");
  const message = {
    role: "assistant",
    content: text.length === 0 ? null : join(text),
    refusal: refusal.length === 0 ? null : join(refusal),
    ...writeReasoning(content),
    ...(calls.length > 0 && { tool_calls: calls.map(writeCall) }),
    ...more,
  };
  return {
    ...chatHead("chat.completion", head),
    choices: [{ index: 0, message, finish_reason: reason, logprobs: null }],
    ...(usage !== undefined && { usage: writeUsage(usage) }),
  };
}

/** Makes the fields that name an answer, on each chunk of a stream too. */
export function chatHead(object: string, { eventId, model, created }: AnswerHead): object {
  return { id: `chatcmpl-${eventId}`, object, created, model };
}

/** Writes a call of a tool. */
export function writeCall({ id, name, input, isCustom, more }: Omit<Call, "type">): object {
  if (isCustom === true) return { id, type: "custom", custom: { name, input } };
  return { id, type: "function", function: { name, arguments: input }, ...more };
}

function writeReasoning(content: Answer["content"]): object {
  const thoughts = content.filter((item) => item.type === "reasoning");
  const text = thoughts.map((item) => item.text).join("");
  const field = thoughts.find((item) => item.field !== undefined)?.field ?? "reasoning_content";
  const proofs = thoughts.flatMap(({ opaque }) => (opaque === undefined ? [] : [opaque]));
  return {
    ...(text !== "" && { [field]: text }),
    ...(proofs.length > 0 && {
      reasoning_details: proofs.map((data) => ({ type: "reasoning.encrypted", data })),
    }),
  };
}

function join(items: readonly { readonly text: string }[]): string {
  return items.map(({ text }) => text).join("");
}
