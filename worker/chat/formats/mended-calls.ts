/** Mends the calls of an answer: what a model leaves out, no caller's format allows to be absent. */
import { CallIds } from "./call-ids.ts";
import type { EndReason, Part } from "./conversation.ts";

/**
 * Reads the parts of one answer: each call gets an id of its own, arguments that are JSON, and an end
 * that names calls.
 */
export class MendedCalls {
  readonly #ids = new CallIds();
  /** The calls whose arguments have not begun. */
  readonly #bare = new Set<number>();

  read(part: Part): readonly Part[] {
    if (part.type === "call") {
      if (part.isCustom !== true) this.#bare.add(part.index);
      return [{ ...part, id: this.#ids.at(part.index, part.id) }];
    }
    if (part.type === "input" && part.text !== "") this.#bare.delete(part.index);
    if (part.type !== "end") return [part];
    const inputs = [...this.#bare].map((index) => ({ type: "input", index, text: "{}" }) as const);
    return [...inputs, { ...part, reason: this.#reasonOf(part.reason) }];
  }

  /** Models report `stop` beside calls, and calls where there is none that could be made. */
  #reasonOf(reason: EndReason): EndReason {
    const hasCalls = this.#ids.count > 0;
    if (reason === "stop" && hasCalls) return "tool_calls";
    return reason === "tool_calls" && !hasCalls ? "stop" : reason;
  }
}
