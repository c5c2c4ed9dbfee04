/** Judges streams in OpenAI's chat format: https://platform.openai.com/docs/api-reference/chat-streaming */
import {
  fieldsOf,
  firstFault,
  has,
  isConstant,
  isCounted,
  isText,
  isTextOrNone,
  listOf,
  type Fields,
  type Judge,
} from "./stream-event.ts";

/** Finds the first fault of a stream in OpenAI's chat format. */
export const judgeChat: Judge = (events) => {
  const chunks = events.slice(0, -1);
  if (events.at(-1)?.data !== "[DONE]") return "it does not end with [DONE]";
  if (chunks.length === 0) return "it has no chunk";
  const jsons = chunks.map(({ json }) => json ?? {});
  const choices = jsons.flatMap((json) => listOf(json["choices"]).map(fieldsOf));
  const reasons = choices.map((choice) => choice["finish_reason"] ?? null);
  const end = reasons.findIndex((reason) => reason !== null);
  return firstFault([
    [chunks.every(({ json }) => json !== undefined), "a chunk is no JSON"],
    [chunks.every(({ name }) => name === undefined), "an event has a name"],
    [jsons.every((json) => !has(json, "error")), "an error is in it"],
    [jsons.every(({ object }) => object === "chat.completion.chunk"), "object is another one"],
    [isConstant(jsons, "id"), "id is missing or changes"],
    [isConstant(jsons, "model"), "model is missing or changes"],
    [jsons.every(({ created }) => typeof created === "number"), "created is no number"],
    [jsons.every((json) => Array.isArray(json["choices"])), "choices is no list"],
    [choices.every(({ index }) => index === 0), "index of a choice is not 0"],
    [choices.every(({ delta }) => isDelta(fieldsOf(delta))), "a delta is odd"],
    [isCallsBegun(choices.map(({ delta }) => fieldsOf(delta))), "a call has no id, type or name"],
    [reasons.filter((reason) => reason !== null).length === 1, "it has not one finish_reason"],
    [CHAT_REASONS.has(reasons[end]), "finish_reason is another one"],
    [end === choices.length - 1, "a choice follows finish_reason"],
    [jsons.every(({ usage }) => isCounted(usage, CHAT_COUNTS)), "usage is not in numbers"],
  ]);
};

const CHAT_REASONS: ReadonlySet<unknown> = new Set([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
]);
const CHAT_COUNTS = ["prompt_tokens", "completion_tokens", "total_tokens"] as const;

function isDelta({ content, role, tool_calls }: Fields): boolean {
  const calls = tool_calls ?? [];
  return (
    isTextOrNone(content) &&
    isTextOrNone(role) &&
    Array.isArray(calls) &&
    calls.map(fieldsOf).every(isCallPart)
  );
}

function isCallPart(call: Fields): boolean {
  return typeof call["index"] === "number" && isTextOrNone(fieldsOf(call["function"])["arguments"]);
}

/** Returns whether the first part of each call has its id, type and name, and no later one another. */
function isCallsBegun(deltas: readonly Fields[]): boolean {
  const parts = deltas.flatMap(({ tool_calls }) => listOf(tool_calls).map(fieldsOf));
  const begun = new Set<unknown>();
  return parts.every((part) => {
    const isBegun = begun.has(part["index"]);
    begun.add(part["index"]);
    const { name } = fieldsOf(part["function"]);
    return isBegun
      ? part["id"] === undefined && name === undefined
      : isText(part["id"]) && part["type"] === "function" && isText(name);
  });
}
