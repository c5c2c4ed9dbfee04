/** What a model thought, in the fields that models which speak OpenAI's chat format use. */
import * as v from "valibot";

import type { Reasoning, ReasoningField } from "../conversation.ts";
import { isOpaque } from "../opaque.ts";
import type { ChatMessage } from "./messages.ts";

/** The fields in which models show what they thought. */
export const REASONING_FIELDS: readonly ReasoningField[] = ["reasoning_content", "reasoning"];

const details = v.array(v.looseObject({ data: v.optional(v.unknown()) }));

interface Message {
  readonly reasoning?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning_details?: unknown;
}

/**
 * Reads the reasoning of a message in a history. What other formats' models need back comes in
 * `reasoning_details`, where `writeOpaque` put it.
 */
export function readReasoning(message: Message): readonly Reasoning[] {
  const field = REASONING_FIELDS.find((each) => typeof message[each] === "string");
  const text = field === undefined ? "" : String(message[field]);
  const [first, ...others] = proofsOf(message);
  if (text === "" && first === undefined) return [];
  return [
    { type: "reasoning", text, ...(first !== undefined && { opaque: first }) },
    ...others.map((opaque) => ({ type: "reasoning", text: "", opaque }) as const),
  ];
}

/** Lists what `writeOpaque` has put into a message. */
function proofsOf({ reasoning_details }: Message): readonly string[] {
  const result = v.safeParse(details, reasoning_details);
  return result.success ? result.output.map(({ data }) => data).filter(isOpaque) : [];
}

/** Writes what another format's model needs back, as the field that clients of OpenRouter return. */
export function writeOpaque(opaque: string): object {
  return { reasoning_details: [{ type: "reasoning.encrypted", data: opaque }] };
}

/** Takes the reasoning, and what signs calls, out of a message: for another model than its own. */
export function withoutReasoning(message: ChatMessage): ChatMessage {
  if (message.role !== "assistant") return message;
  const { reasoning: _, reasoning_content: __, reasoning_details: ___, ...rest } = message;
  const calls = rest.tool_calls?.map((call) =>
    call.type === "function" ? { ...call, extra_content: undefined } : call,
  );
  return { ...rest, tool_calls: calls };
}

/** Takes out what a model of another format thought, where its proof shows that: for this format's own. */
export function withoutOthersReasoning(message: ChatMessage): ChatMessage {
  const isOthers = message.role === "assistant" && proofsOf(message).length > 0;
  return isOthers ? withoutReasoning(message) : message;
}
