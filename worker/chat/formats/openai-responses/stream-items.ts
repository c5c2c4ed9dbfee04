/** The items of a streamed answer in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { Part } from "../conversation.ts";
import {
  listOf,
  loose,
  readCall,
  readInput,
  readProof,
  readThoughts,
  textOf,
  type Loose,
} from "./read-item.ts";

/** What has come of an item. */
interface Begun {
  /** The number of the call; undefined for what is none, or has not begun. */
  call?: number;
  /** The length of what was passed on, by part. */
  readonly lengths: Map<string, number>;
  /** What came of a call's input before its name did. */
  waiting: string;
  isProved: boolean;
}

/**
 * Reads the events of items. Servers leave out events: what an event at the end of a text, an item
 * or the answer has, and none before had, is passed on then.
 */
export class StreamItems {
  readonly #model: Model;
  readonly #items = new Map<unknown, Begun>();
  readonly #callIds = new Set<string>();
  #calls = 0;
  /** The kinds of parts that were passed on. */
  readonly #kinds = new Set<Part["type"]>();

  constructor(model: Model) {
    this.#model = model;
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  read(type: string, event: Loose): readonly Part[] {
    const parts = this.#readEvent(type, event);
    for (const part of parts) this.#kinds.add(part.type);
    return parts;
  }

  /** Returns the parts of the whole answer that no event had. */
  finish(output: readonly unknown[]): readonly Part[] {
    const isEmpty = this.#kinds.size === 0;
    const isSilent = !this.#kinds.has("text") && !this.#kinds.has("refusal");
    return output.flatMap((each, index) => {
      const item = loose(each);
      const isMissing = isCall(item)
        ? !this.#callIds.has(readCall(item).id) && !this.#hasBegun(index)
        : isEmpty || (isSilent && item["type"] === "message");
      return isMissing ? this.#readDone({ output_index: `end ${index}`, item }) : [];
    });
  }

  /** Returns whether the item at a place is a call that has begun, for some have no id. */
  #hasBegun(index: number): boolean {
    return this.#items.get(index)?.call !== undefined;
  }

  #readEvent(type: string, event: Loose): readonly Part[] {
    switch (type) {
      case "response.output_item.added":
        return this.#readAdded(event);
      case "response.output_item.done":
        return this.#readDone(event);
      case "response.output_text.delta":
        return this.#add("text", event, event["delta"]);
      case "response.output_text.done":
        return this.#complete("text", event, event["text"]);
      case "response.refusal.delta":
        return this.#add("refusal", event, event["delta"]);
      case "response.refusal.done":
        return this.#complete("refusal", event, event["refusal"]);
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return this.#addThought(event);
      case "response.function_call_arguments.delta":
      case "response.custom_tool_call_input.delta":
        return this.#addInput(event);
      default:
        return [];
    }
  }

  #readAdded(event: Loose): readonly Part[] {
    const item = loose(event["item"]);
    return isCall(item) ? this.#beginCall(event, item) : [];
  }

  #readDone(event: Loose): readonly Part[] {
    const item = loose(event["item"]);
    if (isCall(item)) return this.#completeCall(event, item);
    if (item["type"] === "message") {
      return partsOf(item["content"]).flatMap((each, content_index) => {
        const { type, text, refusal } = loose(each);
        const place = { ...event, content_index };
        return type === "refusal"
          ? this.#complete("refusal", place, refusal)
          : this.#complete("text", place, text);
      });
    }
    return item["type"] === "reasoning" ? this.#completeReasoning(event, item) : [];
  }

  #add(type: "text" | "refusal", event: Loose, delta: unknown): readonly Part[] {
    const text = typeof delta === "string" ? delta : "";
    this.#grow(this.#at(event), `${type} ${placeOf(event["content_index"])}`, text);
    return text === "" ? [] : [{ type, text }];
  }

  /** Passes on what a whole text has beyond the pieces that came. */
  #complete(type: "text" | "refusal", event: Loose, whole: unknown): readonly Part[] {
    const begun = this.#at(event).lengths.get(`${type} ${placeOf(event["content_index"])}`) ?? 0;
    return this.#add(type, event, typeof whole === "string" ? whole.slice(begun) : "");
  }

  #addThought(event: Loose): readonly Part[] {
    const text = textOf(event["delta"]);
    if (text === undefined) return [];
    const item = this.#at(event);
    const place = `thought ${placeOf(event["summary_index"] ?? event["content_index"])}`;
    const isNext = item.lengths.size > 0 && !item.lengths.has(place);
    this.#grow(item, place, text);
    return [{ type: "reasoning", text: isNext ? `\n\n${text}` : text }];
  }

  #completeReasoning(event: Loose, item: Loose): readonly Part[] {
    const begun = this.#at(event);
    const text = begun.lengths.size === 0 ? readThoughts(item) : "";
    const opaque = begun.isProved ? undefined : readProof(item, this.#model);
    begun.isProved ||= opaque !== undefined;
    return [
      ...(text === "" ? [] : [{ type: "reasoning", text } as const]),
      ...(opaque === undefined ? [] : [{ type: "opaque", opaque } as const]),
    ];
  }

  #beginCall(event: Loose, item: Loose): readonly Part[] {
    const begun = this.#at(event);
    if (begun.call !== undefined) return [];
    const call = readCall(item);
    begun.call = this.#calls++;
    this.#callIds.add(call.id);
    const input = readInput(item) || begun.waiting;
    begun.waiting = "";
    return [{ ...call, index: begun.call }, ...this.#input(begun, input)];
  }

  #addInput(event: Loose): readonly Part[] {
    const begun = this.#at(event);
    const text = textOf(event["delta"]) ?? "";
    if (begun.call !== undefined) return this.#input(begun, text);
    // Whose input it is, the item will say.
    begun.waiting += text;
    return [];
  }

  #completeCall(event: Loose, item: Loose): readonly Part[] {
    const begin = this.#beginCall(event, item);
    const begun = this.#at(event);
    const rest = readInput(item).slice(begun.lengths.get("input") ?? 0);
    return [...begin, ...this.#input(begun, rest)];
  }

  #input(begun: Begun, text: string): readonly Part[] {
    this.#grow(begun, "input", text);
    const { call: index = 0 } = begun;
    return text === "" ? [] : [{ type: "input", index, text }];
  }

  #grow({ lengths }: Begun, place: string, text: string): void {
    if (text !== "") lengths.set(place, (lengths.get(place) ?? 0) + text.length);
  }

  #at({ output_index, item_id }: Loose): Begun {
    const key = output_index ?? item_id;
    const found = this.#items.get(key);
    if (found !== undefined) return found;
    const begun: Begun = { lengths: new Map(), waiting: "", isProved: false };
    this.#items.set(key, begun);
    return begun;
  }
}

/** Lists the parts of a message; some servers give a text in their place. */
function partsOf(content: unknown): readonly unknown[] {
  const text = textOf(content);
  return text === undefined ? listOf(content) : [{ type: "output_text", text }];
}

function placeOf(index: unknown): number {
  return typeof index === "number" ? index : 0;
}

function isCall({ type }: Loose): boolean {
  return type === "function_call" || type === "custom_tool_call";
}
