/** The calls of tools in a streamed answer in OpenAI's chat form. */
import type { Part } from "../conversation.ts";

/** Makes an id that is unique in the chat, whose next request has it; OpenAI allows 40 characters. */
export function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** A call that has begun. Nothing of it is sent before its name is known. */
interface Begun {
  readonly index: number;
  id: string | undefined;
  name: string;
  isSent: boolean;
  /** What came of its input before its name did. */
  waiting: string;
}

/**
 * Reads the calls of a stream. Models leave out index, id or type, repeat an index for the next
 * call, and send arguments as an object: a call begins where an unknown index, a new id, or a name
 * without an index comes.
 */
export class ToolCalls {
  readonly #byIndex = new Map<number, Begun>();
  readonly #all: Begun[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** Reads one item of a delta's `tool_calls`. */
  read(item: unknown): readonly Part[] {
    const {
      index,
      id,
      function: called,
      custom,
      name,
      arguments: flat,
      ...rest
    }: Readonly<Record<string, unknown>> = Object(item);
    const target: Readonly<Record<string, unknown>> = Object(called ?? custom);
    const calledName = nonEmpty(target["name"]) ?? nonEmpty(name);
    const call = this.#find(index, nonEmpty(id), calledName);
    call.name ||= calledName ?? "";
    call.waiting += inputOf(target["arguments"] ?? target["input"] ?? flat);
    if (call.name === "") return [];
    const input = call.waiting;
    call.waiting = "";
    const parts: Part[] = [];
    if (!call.isSent) {
      call.isSent = true;
      const { type: _, ...more } = rest;
      parts.push({
        type: "call",
        index: call.index,
        id: call.id ?? newCallId(),
        name: call.name,
        ...(custom !== undefined && custom !== null && { isCustom: true }),
        ...(Object.keys(more).length > 0 && { more }),
      });
    }
    if (input !== "") parts.push({ type: "input", index: call.index, text: input });
    return parts;
  }

  #find(index: unknown, id: string | undefined, name: string | undefined): Begun {
    const last = this.#all.at(-1);
    const known = typeof index === "number" ? this.#byIndex.get(index) : last;
    const isOther = id !== undefined && known?.id !== undefined && known.id !== id;
    const isNext = typeof index !== "number" && id === undefined && name !== undefined;
    if (known !== undefined && !isOther && !isNext) {
      known.id ??= id;
      return known;
    }
    const begun = { index: this.#all.length, id, name: "", isSent: false, waiting: "" };
    this.#all.push(begun);
    if (typeof index === "number") this.#byIndex.set(index, begun);
    return begun;
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function inputOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
