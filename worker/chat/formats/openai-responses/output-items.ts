/** The items of an answer as they grow, with the events that show it, in OpenAI's Responses format. */
import type { Call } from "../conversation.ts";

/** An event, without its number. */
export type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** How far an item got. */
export type ItemStatus = "in_progress" | "completed" | "incomplete";

interface Place {
  readonly id: string;
  /** The item's place in the answer. */
  readonly index: number;
}

/** An item that grows. */
export abstract class OpenItem {
  readonly #place: Place;
  isClosed = false;
  status: ItemStatus = "in_progress";

  constructor(place: Place) {
    this.#place = place;
  }

  /** The item as it stands. */
  abstract get item(): object;

  begin(): readonly Event[] {
    return [{ type: "response.output_item.added", ...this.#index, item: this.item }];
  }

  close(status: ItemStatus): readonly Event[] {
    this.isClosed = true;
    const last = this.finish();
    this.status = status;
    return [...last, { type: "response.output_item.done", ...this.#index, item: this.item }];
  }

  /** Returns the events that end the item's own parts. */
  protected abstract finish(): readonly Event[];

  protected get id(): string {
    return this.#place.id;
  }

  protected event(type: string, fields: object): Event {
    return { type: `response.${type}`, item_id: this.id, ...this.#index, ...fields };
  }

  get #index() {
    return { output_index: this.#place.index };
  }
}

type Said = "text" | "refusal";

/** What the model says, or declines to say. */
export class OpenMessage extends OpenItem {
  readonly #parts: { readonly type: Said; text: string }[] = [];

  get item(): object {
    const content = this.#parts.map(writeSaid);
    return { type: "message", id: this.id, status: this.status, role: "assistant", content };
  }

  add(type: Said, text: string): readonly Event[] {
    const events: Event[] = [];
    let part = this.#parts.at(-1);
    if (part?.type !== type) {
      events.push(...this.finish());
      part = { type, text: "" };
      this.#parts.push(part);
      events.push(this.#event("content_part.added", { part: writeSaid(part) }));
    }
    part.text += text;
    const fields = type === "text" ? { delta: text, logprobs: [] } : { delta: text };
    return [...events, this.#event(`${NAMES[type]}.delta`, fields)];
  }

  protected finish(): readonly Event[] {
    const part = this.#parts.at(-1);
    if (part === undefined) return [];
    const { type, text } = part;
    const whole = type === "text" ? { text, logprobs: [] } : { refusal: text };
    return [
      this.#event(`${NAMES[type]}.done`, whole),
      this.#event("content_part.done", { part: writeSaid(part) }),
    ];
  }

  #event(type: string, fields: object): Event {
    return this.event(type, { content_index: this.#parts.length - 1, ...fields });
  }
}

const NAMES: Readonly<Record<Said, string>> = { text: "output_text", refusal: "refusal" };

function writeSaid({ type, text }: { readonly type: Said; readonly text: string }): object {
  if (type === "refusal") return { type, refusal: text };
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

/** What the model thought. */
export class OpenReasoning extends OpenItem {
  #text = "";
  /** What proves it to its model. */
  opaque: string | undefined;

  get item(): object {
    const encrypted = this.opaque === undefined ? {} : { encrypted_content: this.opaque };
    return { type: "reasoning", id: this.id, summary: this.#summary, ...encrypted };
  }

  add(text: string): readonly Event[] {
    const begin =
      this.#text === "" ? [this.#event("reasoning_summary_part.added", { part: summary("") })] : [];
    this.#text += text;
    return [...begin, this.#event("reasoning_summary_text.delta", { delta: text })];
  }

  protected finish(): readonly Event[] {
    if (this.#text === "") return [];
    return [
      this.#event("reasoning_summary_text.done", { text: this.#text }),
      this.#event("reasoning_summary_part.done", { part: summary(this.#text) }),
    ];
  }

  get #summary(): readonly object[] {
    return this.#text === "" ? [] : [summary(this.#text)];
  }

  #event(type: string, fields: object): Event {
    return this.event(type, { summary_index: 0, ...fields });
  }
}

function summary(text: string): object {
  return { type: "summary_text", text };
}

/** A call of one of the caller's tools. */
export class OpenCall extends OpenItem {
  readonly #call: Omit<Call, "input" | "type"> & { readonly namespace?: string };
  #input = "";

  constructor(place: Place, call: Omit<Call, "input" | "type"> & { readonly namespace?: string }) {
    super(place);
    this.#call = call;
  }

  get item(): object {
    const { id: call_id, name, namespace, isCustom } = this.#call;
    const within = namespace === undefined ? {} : { namespace };
    const fields = { id: this.id, status: this.status, call_id, name, ...within };
    return isCustom === true
      ? { type: "custom_tool_call", ...fields, input: this.#input }
      : { type: "function_call", ...fields, arguments: this.#input };
  }

  /** Whether nothing more can follow: the arguments are whole. */
  get isWhole(): boolean {
    if (this.#call.isCustom === true) return false;
    try {
      JSON.parse(this.#input);
      return true;
    } catch {
      return false;
    }
  }

  add(text: string): readonly Event[] {
    this.#input += text;
    return [this.event(`${this.#name}.delta`, { delta: text })];
  }

  protected finish(): readonly Event[] {
    if (this.#call.isCustom === true) {
      return [this.event(`${this.#name}.done`, { input: this.#input })];
    }
    // Clients parse the arguments, and a tool without any may be called with none.
    const none = this.#input === "" ? this.add("{}") : [];
    const { name } = this.#call;
    return [...none, this.event(`${this.#name}.done`, { name, arguments: this.#input })];
  }

  get #name(): string {
    return this.#call.isCustom === true ? "custom_tool_call_input" : "function_call_arguments";
  }
}
