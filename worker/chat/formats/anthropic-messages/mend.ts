/**
 * Mends answers that pass to a caller of Anthropic's Messages as they are: its SDK raises an error at
 * a stream without event names, counts or end, and results come back by the ids of calls.
 */
import { parseJson } from "../../../json.ts";
import { CallIds } from "../call-ids.ts";
import type { StreamEvent, StreamMender } from "../format.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Mends a whole answer. */
export function mendMessage(body: object): object {
  const { content, stop_reason, usage, ...rest }: Fields = fieldsOf(body);
  const ids = new CallIds();
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : [content].flat();
  return {
    type: "message",
    role: "assistant",
    ...rest,
    content: blocks.map((block, place) => mendBlock(fieldsOf(block), place, ids)),
    stop_reason: mendReason(stop_reason, ids) ?? endOf(ids),
    usage: withCounts(usage),
  };
}

/** Mends a stream, event by event. */
export class MessagesMender implements StreamMender {
  readonly #ids = new CallIds();
  #hasReason = false;
  #isOver = false;

  pass({ event, data }: StreamEvent): readonly StreamEvent[] {
    if (event !== undefined && !MENDED.has(event)) return [{ event, data }];
    const json = fieldsOf(parseJson(data));
    const { type } = json;
    if (typeof type !== "string") return [];
    if (type === "message_stop") return this.#end();
    return [named(this.#mend(type, json))];
  }

  end(): readonly StreamEvent[] {
    return this.#isOver ? [] : this.#end();
  }

  #mend(type: string, json: Fields): Fields {
    const { message, content_block, delta, index } = json;
    if (type === "message_start") {
      const begun = fieldsOf(message);
      return { ...json, message: { ...begun, usage: withCounts(begun["usage"]) } };
    }
    if (type === "content_block_start") {
      const block = mendBlock(fieldsOf(content_block), Number(index), this.#ids);
      return { ...json, content_block: block };
    }
    if (type !== "message_delta") return json;
    const ended = fieldsOf(delta);
    const stop_reason = mendReason(ended["stop_reason"], this.#ids);
    this.#hasReason ||= stop_reason !== null;
    const usage = { output_tokens: 0, ...withoutNull(json["usage"]) };
    return { ...json, delta: { ...ended, stop_reason }, usage };
  }

  #end(): readonly StreamEvent[] {
    this.#isOver = true;
    const stop = named({ type: "message_stop" });
    if (this.#hasReason) return [stop];
    const delta = { stop_reason: endOf(this.#ids), stop_sequence: null };
    return [named({ type: "message_delta", delta, usage: { output_tokens: 0 } }), stop];
  }
}

/** The events that are looked into; all others pass unread. */
const MENDED = new Set([
  "message",
  "message_start",
  "content_block_start",
  "message_delta",
  "message_stop",
]);

function mendBlock(block: Fields, place: number, ids: CallIds): Fields {
  const { type, id, input, text } = block;
  if (type === "text" && typeof text === "number") return { ...block, text: String(text) };
  if (type !== "tool_use") return block;
  const value = typeof input === "string" ? parseJson(input) : input;
  return { ...block, id: ids.at(place, id), input: value ?? {} };
}

/** Returns a reason as the format writes it; null where there is none yet. */
function mendReason(reason: unknown, ids: CallIds): string | null {
  if (typeof reason !== "string" || reason === "") return null;
  const known = reason.toLowerCase();
  return known === "end_turn" ? endOf(ids) : known;
}

function endOf({ count }: CallIds): string {
  return count > 0 ? "tool_use" : "end_turn";
}

function withCounts(usage: unknown): Fields {
  return { input_tokens: 0, output_tokens: 0, ...withoutNull(usage) };
}

function withoutNull(fields: unknown): Fields {
  return Object.fromEntries(Object.entries(fieldsOf(fields)).filter(([, value]) => value !== null));
}

function named(json: Fields): StreamEvent {
  return { event: String(json["type"]), data: JSON.stringify(json) };
}

function fieldsOf(value: unknown): Fields {
  return Object(value);
}
