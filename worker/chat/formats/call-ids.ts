/** The ids of an answer's calls, by which their results come back: each call has one of its own. */
export class CallIds {
  readonly #ids = new Map<number, string>();

  /** The number of calls. */
  get count(): number {
    return this.#ids.size;
  }

  /** Returns the id of the call at a place: a new one where a model gave none, or another call's. */
  at(place: number, given: unknown): string {
    const known = this.#ids.get(place);
    if (known !== undefined) return known;
    const isOwn = typeof given === "string" && given !== "" && !this.#isTaken(given);
    const id = isOwn ? given : newCallId();
    this.#ids.set(place, id);
    return id;
  }

  #isTaken(id: string): boolean {
    return [...this.#ids.values()].includes(id);
  }
}

/** Makes an id that is unique in the chat, whose next request has it; OpenAI allows 40 characters. */
function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}
