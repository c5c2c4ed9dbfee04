import type { Usage } from "./conversation.ts";
import type { AnswerWay, StreamReader } from "./format.ts";

/** Has a reader report the tokens that it reads; the reader itself where nobody wants them. */
export function observe(reader: StreamReader, { onUsage }: Pick<AnswerWay, "onUsage">) {
  return onUsage === undefined ? reader : new ObservedReader(reader, onUsage);
}

class ObservedReader implements StreamReader {
  readonly #reader: StreamReader;
  readonly #onUsage: (usage: Usage) => void;

  constructor(reader: StreamReader, onUsage: (usage: Usage) => void) {
    this.#reader = reader;
    this.#onUsage = onUsage;
  }

  read(event: Parameters<StreamReader["read"]>[0]): ReturnType<StreamReader["read"]> {
    return this.#note(this.#reader.read(event));
  }

  get isOver(): boolean {
    return this.#reader.isOver;
  }

  get isWhole(): boolean {
    return this.#reader.isWhole;
  }

  end(): ReturnType<StreamReader["end"]> {
    return this.#note(this.#reader.end());
  }

  #note(parts: ReturnType<StreamReader["read"]>): ReturnType<StreamReader["read"]> {
    for (const part of parts) if (part.type === "usage") this.#onUsage(part.usage);
    return parts;
  }
}
