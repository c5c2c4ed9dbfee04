/**
 * Mends answers that pass to a caller of OpenAI's Responses as they are: results come back by the ids
 * of calls, and clients parse arguments and add up counts.
 */
import { parseJson } from "../../../json.ts";
import { CallIds } from "../call-ids.ts";
import type { StreamEvent, StreamMender } from "../format.ts";
import { listOf, loose, readInput, textOf, type Loose } from "./read-item.ts";
import { readUsage, writeUsage } from "./usage.ts";

/** Mends a whole answer. */
export function mendResponse(body: object, ids = new CallIds()): Loose {
  const response = loose(body);
  const counts = readUsage(response["usage"]);
  return {
    ...response,
    output: listOf(response["output"]).map((item, place) => mendItem(loose(item), place, ids)),
    usage: counts && { ...writeUsage(counts), ...loose(response["usage"]) },
  };
}

/** Mends a stream, event by event. */
export class ResponsesMender implements StreamMender {
  readonly #ids = new CallIds();

  pass({ event, data }: StreamEvent): readonly StreamEvent[] {
    if (event !== undefined && !MENDED.has(event)) return [{ event, data }];
    const json = loose(parseJson(data));
    const type = textOf(json["type"]) ?? event;
    // A [DONE], which clients take for the end of a whole answer, or nothing.
    if (type === undefined || type === "message") return [];
    return [formatted(this.#mend(type, json))];
  }

  end(): readonly StreamEvent[] {
    return [];
  }

  #mend(type: string, json: Loose): Loose {
    const { item, response, output_index } = json;
    if (type === "response.output_item.added" || type === "response.output_item.done") {
      return { ...json, type, item: mendItem(loose(item), Number(output_index), this.#ids) };
    }
    if (type !== "response.completed" && type !== "response.done") return { ...json, type };
    const ended = mendResponse(loose(response), this.#ids);
    return { ...json, type: "response.completed", response: ended };
  }
}

/** The events that are looked into; all others pass unread. */
const MENDED = new Set([
  "message",
  "response.output_item.added",
  "response.output_item.done",
  "response.completed",
  "response.done",
]);

function mendItem(item: Loose, place: number, ids: CallIds): Loose {
  const { type, content, status, call_id, id } = item;
  const text = textOf(content);
  if (type === "message" && text !== undefined) {
    return { ...item, content: [{ type: "output_text", text, annotations: [] }] };
  }
  if (type !== "function_call") return item;
  const none = status === "in_progress" ? "" : "{}";
  return {
    ...item,
    call_id: ids.at(place, textOf(call_id) ?? id),
    arguments: readInput(item) || none,
  };
}

function formatted(json: Loose): StreamEvent {
  return { event: String(json["type"]), data: JSON.stringify(json) };
}
