/** Judges streams in Anthropic's Messages: https://platform.claude.com/docs/en/build-with-claude/streaming */
import {
  fieldsOf,
  firstFault,
  has,
  isCounted,
  isText,
  type Fields,
  type Judge,
} from "./stream-event.ts";

/** Finds the first fault of a stream in Anthropic's Messages. */
export const judgeMessages: Judge = (events) => {
  const jsons = events.map(({ json }) => json ?? {}).filter(({ type }) => type !== "ping");
  const [start = {}] = jsons;
  const message = fieldsOf(start["message"]);
  const deltas = jsons.filter(({ type }) => type === "message_delta");
  const reasons = deltas.filter(({ delta }) => has(fieldsOf(delta)["stop_reason"]));
  const counts = [message["usage"], ...deltas.map(({ usage }) => usage)];
  return firstFault([
    [events.every(({ json }) => json !== undefined), "an event is no JSON"],
    [events.every(({ name, json }) => name === json?.["type"]), "an event's name is not its type"],
    [jsons.every(({ type }) => type !== "error"), "an error is in it"],
    [start["type"] === "message_start", "it does not begin with message_start"],
    [isText(message["id"]) && isText(message["model"]), "the message lacks its id or model"],
    [message["role"] === "assistant", "role is not assistant"],
    [isInBlocks(jsons), "blocks are not in order"],
    [reasons.length === 1, "it has not one stop_reason"],
    [jsons.at(-1)?.["type"] === "message_stop", "it does not end with message_stop"],
    [jsons.filter(({ type }) => type === "message_stop").length === 1, "it ends twice"],
    [isCounted(message["usage"], ["input_tokens"]), "input_tokens is no number"],
    [counts.every((usage) => isCounted(usage, ["output_tokens"])), "output_tokens is no number"],
  ]);
};

/** Returns whether blocks begin and end one after the other, with indices that count up from 0. */
function isInBlocks(jsons: readonly Fields[]): boolean {
  let next = 0;
  let open: Fields | undefined;
  for (const json of jsons) {
    const { type, index, content_block, delta } = json;
    if (type === "content_block_start") {
      if (open !== undefined || index !== next || !isBlock(fieldsOf(content_block))) return false;
      open = fieldsOf(content_block);
      next += 1;
    } else if (type === "content_block_delta") {
      if (open === undefined || index !== next - 1 || !isOfBlock(fieldsOf(delta))) return false;
    } else if (type === "content_block_stop") {
      if (open === undefined || index !== next - 1) return false;
      open = undefined;
    }
  }
  return open === undefined;
}

function isBlock({ type, id, name }: Fields): boolean {
  return isText(type) && (type !== "tool_use" || (isText(id) && isText(name)));
}

function isOfBlock({ type, text, partial_json }: Fields): boolean {
  if (type === "text_delta") return typeof text === "string";
  return type !== "input_json_delta" || typeof partial_json === "string";
}
