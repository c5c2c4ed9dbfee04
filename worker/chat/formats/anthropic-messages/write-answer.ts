/** Writes a whole answer in Anthropic's Messages format. */
import { parseJson } from "../../../json.ts";
import type { Answer, AnswerContent, Reasoning } from "../conversation.ts";
import type { AnswerHead } from "../format.ts";
import { writeReason } from "./stop-reason.ts";
import { writeUsage } from "./usage.ts";

/** Writes a whole answer. */
export function writeMessagesAnswer(answer: Answer, head: AnswerHead): object {
  const { content, reason, usage } = answer;
  return {
    ...writeHead(head),
    content: content.flatMap(writeBlock),
    ...writeReason(reason, hasRefused(content)),
    usage: writeUsage(usage),
  };
}

/** Writes the fields that name an answer. */
export function writeHead({ eventId, model }: AnswerHead): object {
  return { id: `msg_${eventId.replaceAll("-", "")}`, type: "message", role: "assistant", model };
}

function hasRefused(content: readonly AnswerContent[]): boolean {
  return content.some(({ type }) => type === "refusal");
}

function writeBlock(content: AnswerContent): readonly object[] {
  if (content.type === "reasoning") return [writeThinking(content)];
  if (content.type === "call") {
    const { id, name, input } = content;
    return [{ type: "tool_use", id, name, input: writeInput(input) }];
  }
  const { text } = content;
  return text === "" ? [] : [{ type: "text", text, citations: null }];
}

function writeThinking({ text, opaque }: Reasoning): object {
  const isHidden = text === "" && opaque !== undefined;
  if (isHidden) return { type: "redacted_thinking", data: opaque };
  return { type: "thinking", thinking: text, signature: opaque ?? "" };
}

/** Writes arguments as a value; a text that is no JSON, for the answer was cut short, as what it is. */
function writeInput(input: string): unknown {
  return parseJson(input === "" ? "{}" : input) ?? { input };
}
