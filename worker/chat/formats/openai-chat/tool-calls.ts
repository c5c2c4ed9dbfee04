/** The calls of tools in an answer in OpenAI's chat format. */
import { parseJson } from "../../../json.ts";
import type { Part } from "../conversation.ts";

/** A call that has begun. Nothing of it is sent before its name is known. */
interface Begun {
  /** Its place among those that were sent. */
  index: number | undefined;
  id: string | undefined;
  name: string;
  /** The input so far. */
  input: string;
  /** What came of its input before its name did. */
  waiting: string;
}

/**
 * Reads the calls of an answer. Models leave out index, id or type, repeat an index or an id for the
 * next call, and send arguments as an object: within a stream a call begins where an unknown index, a
 * new id, a name without an index, or a name and arguments after whole ones come. Of a whole answer
 * each item is a call.
 */
export class ToolCalls {
  readonly #isWhole: boolean;
  readonly #byIndex = new Map<number, Begun>();
  #last: Begun | undefined;
  #sent = 0;

  constructor(isWhole = false) {
    this.#isWhole = isWhole;
  }

  /** Reads one item of `tool_calls`. */
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
    const given = inputOf(target["arguments"] ?? target["input"] ?? flat);
    const call = this.#find(index, nonEmpty(id), {
      name: calledName,
      isFirst: calledName !== undefined && given !== "",
      hasIndex: typeof index === "number",
    });
    call.name ||= calledName ?? "";
    call.input += given;
    call.waiting += given;
    if (call.name === "") return [];
    const input = call.waiting;
    call.waiting = "";
    const parts: Part[] = [];
    const isNew = call.index === undefined;
    const place = (call.index ??= this.#sent++);
    if (isNew) {
      const { type: _, ...more } = rest;
      parts.push({
        type: "call",
        index: place,
        id: call.id ?? "",
        name: call.name,
        ...(custom !== undefined && custom !== null && { isCustom: true }),
        ...(Object.keys(more).length > 0 && { more }),
      });
    }
    if (input !== "") parts.push({ type: "input", index: place, text: input });
    return parts;
  }

  #find(index: unknown, id: string | undefined, called: Called): Begun {
    const known = this.#known(index);
    if (known !== undefined && !isOther(known, id, called)) {
      known.id ??= id;
      return known;
    }
    const begun: Begun = { index: undefined, id, name: "", input: "", waiting: "" };
    this.#last = begun;
    if (typeof index === "number") this.#byIndex.set(index, begun);
    return begun;
  }

  #known(index: unknown): Begun | undefined {
    if (this.#isWhole) return undefined;
    return typeof index === "number" ? this.#byIndex.get(index) : this.#last;
  }
}

/** What an item calls. */
interface Called {
  readonly name: string | undefined;
  /** Whether it has a name and arguments, as the first item of a call. */
  readonly isFirst: boolean;
  readonly hasIndex: boolean;
}

/** Returns whether an item begins another call than the one that it would go on. */
function isOther(
  known: Begun,
  id: string | undefined,
  { name, isFirst, hasIndex }: Called,
): boolean {
  if (id !== undefined && known.id !== undefined && known.id !== id) return true;
  if (!hasIndex && id === undefined && name !== undefined) return true;
  return isFirst && parseJson(known.input) !== undefined;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function inputOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
