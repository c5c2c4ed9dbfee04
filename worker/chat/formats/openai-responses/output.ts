/** The output of an answer in OpenAI's Responses format: its items, and the events that make them. */
import type { Part, Usage } from "../conversation.ts";
import type { AnswerHead } from "../format.ts";
import { namespaceOf, type Namespaces } from "./namespaces.ts";
import {
  OpenCall,
  OpenMessage,
  OpenReasoning,
  type Event,
  type ItemStatus,
  type OpenItem,
} from "./output-items.ts";

/** Makes items of the parts of one answer. */
export class Output {
  readonly #eventId: string;
  readonly #namespaces: Namespaces;
  readonly #items: OpenItem[] = [];
  readonly #calls = new Map<number, OpenCall>();
  #end: (Part & { readonly type: "end" })["reason"] = "stop";
  usage: Usage | undefined;

  constructor({ eventId, request }: AnswerHead) {
    this.#eventId = eventId;
    this.#namespaces = namespaceOf(request.fields);
  }

  get items(): readonly object[] {
    return this.#items.map(({ item }) => item);
  }

  /** Why the answer is not whole, in the format's own term; undefined where it is. */
  get incomplete(): "max_output_tokens" | "content_filter" | undefined {
    if (this.#end === "length") return "max_output_tokens";
    return this.#end === "content_filter" ? "content_filter" : undefined;
  }

  write(part: Part): readonly Event[] {
    switch (part.type) {
      case "text":
      case "refusal":
        return part.text === "" ? [] : this.#say(part.type, part.text);
      case "reasoning":
        return part.text === "" ? [] : this.#think(part.text);
      case "opaque":
        return this.#prove(part.opaque);
      case "call":
        return this.#call(part);
      case "input": {
        const call = this.#calls.get(part.index);
        return call === undefined || call.isClosed || part.text === "" ? [] : call.add(part.text);
      }
      case "usage":
        this.usage = part.usage;
        break;
      case "end":
        this.#end = part.reason;
        break;
      case "more":
    }
    return [];
  }

  /** Closes what is open. */
  end(): readonly Event[] {
    const status = this.incomplete === undefined ? "completed" : "incomplete";
    return this.#items.flatMap((item) => (item.isClosed ? [] : item.close(status)));
  }

  #say(type: "text" | "refusal", text: string): readonly Event[] {
    const open = this.#items.at(-1);
    if (open instanceof OpenMessage) return open.add(type, text);
    const message = new OpenMessage(this.#place("msg"));
    return [...this.#open(message), ...message.add(type, text)];
  }

  #think(text: string): readonly Event[] {
    const open = this.#items.at(-1);
    if (open instanceof OpenReasoning && !open.isClosed) return open.add(text);
    const reasoning = new OpenReasoning(this.#place("rs"));
    return [...this.#open(reasoning), ...reasoning.add(text)];
  }

  #prove(opaque: string): readonly Event[] {
    const open = this.#items.at(-1);
    if (open instanceof OpenReasoning && !open.isClosed) {
      open.opaque = opaque;
      return open.close("completed");
    }
    const reasoning = new OpenReasoning(this.#place("rs"));
    reasoning.opaque = opaque;
    return [...this.#open(reasoning), ...reasoning.close("completed")];
  }

  #call({ index, ...call }: Part & { readonly type: "call" }): readonly Event[] {
    const place = this.#place(call.isCustom === true ? "ctc" : "fc");
    const open = new OpenCall(place, { ...call, ...this.#namespaces.get(call.name) });
    this.#calls.set(index, open);
    return this.#open(open);
  }

  /**
   * Begins an item. What stands before it is closed; only a call may go on, as models mix the
   * inputs of parallel calls.
   */
  #open(item: OpenItem): readonly Event[] {
    const done: ItemStatus = "completed";
    const closed = this.#items.flatMap((each) => {
      const goesOn = each.isClosed || (each instanceof OpenCall && !each.isWhole);
      return goesOn ? [] : each.close(done);
    });
    this.#items.push(item);
    return [...closed, ...item.begin()];
  }

  #place(prefix: string) {
    const index = this.#items.length;
    return { id: `${prefix}_${this.#eventId}_${index}`, index };
  }
}
