/** Reads a model's stream, event by event, until its answer is whole. */
import { createParser } from "eventsource-parser";

import type { Part } from "./conversation.ts";
import { AnswerError, type StreamEvent, type StreamReader } from "./format.ts";

/** How long token counts may still come once an answer is whole. */
const GRACE_MS = 1000;

/** One event of a model's, and the parts of an answer in it. */
export interface ReadEvent {
  readonly event: StreamEvent;
  readonly parts: readonly Part[];
}

/** A model's answer, event by event. */
export interface Events {
  /**
   * Returns the next events, at least one; undefined where the answer is whole and nothing follows.
   * Throws where the stream breaks off, is silent for too long, or holds an error.
   */
  read(): Promise<readonly ReadEvent[] | undefined>;
  /** The parts that are known only at the end. Throws where the answer is not whole. */
  end(): readonly Part[];
  cancel(reason?: unknown): void;
}

/** A body that was said to be a stream, and is none: a whole answer, or a page. */
export class NoStreamError extends Error {
  readonly body: string;

  constructor(body: string) {
    super("the body is no stream");
    this.body = body;
  }
}

/** No event came for as long as the stack allows. */
export class SilenceError extends Error {}

/** A model's stream, as it comes from the network. */
export class ModelStream implements Events {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reader: StreamReader;
  readonly #idleMs: number;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({ onEvent: (event) => this.#add(event) });
  #events: ReadEvent[] = [];
  #isEnded = false;
  /** The body so far, where it is no stream. */
  #whole: string | undefined;
  #isBegun = false;
  /** What broke the stream, thrown once the events before it are read. */
  #failure: { readonly error: unknown } | undefined;

  constructor(body: ReadableStream<Uint8Array>, reader: StreamReader, idleMs: number) {
    this.#body = body.getReader();
    this.#reader = reader;
    this.#idleMs = idleMs;
  }

  async read(): Promise<readonly ReadEvent[] | undefined> {
    while (this.#events.length === 0 && !this.#isEnded && this.#failure === undefined) {
      await this.#readPiece();
    }
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) return events;
    this.cancel();
    if (this.#failure !== undefined) throw this.#failure.error;
    return undefined;
  }

  end(): readonly Part[] {
    return this.#reader.end();
  }

  cancel(reason?: unknown): void {
    // The stream is over, broken off already, or of no more use.
    this.#body.cancel(reason).catch(() => {});
  }

  async #readPiece(): Promise<void> {
    try {
      const limitMs = this.#reader.isWhole ? GRACE_MS : this.#idleMs;
      const { done, value } = await withinTime(this.#body.read(), limitMs);
      this.#feed(this.#decoder.decode(value, { stream: !done }), done);
      this.#isEnded = done || this.#reader.isOver;
    } catch (error) {
      // Once the whole answer has come, it is of no matter how its connection ends: only an error of
      // the model's own takes it back.
      if (this.#reader.isWhole && !(error instanceof AnswerError)) this.#isEnded = true;
      else this.#failure = { error };
    }
  }

  #feed(text: string, isLast: boolean): void {
    if (!this.#isBegun && text.trim() !== "") {
      this.#isBegun = true;
      // No line of an event stream begins so.
      if (/^\s*[{[<]/.test(text)) this.#whole = "";
    }
    if (this.#whole === undefined) this.#parser.feed(text);
    else this.#whole += text;
    if (!isLast) return;
    if (this.#whole !== undefined) throw new NoStreamError(this.#whole);
    // An event whose blank line is missing is one all the same.
    this.#parser.feed("\n\n");
  }

  #add(event: StreamEvent): void {
    if (this.#reader.isOver) return;
    this.#events.push({ event, parts: this.#reader.read(event) });
  }
}

/** Waits for a piece. Throws a SilenceError where none comes in time. */
async function withinTime<Value>(piece: Promise<Value>, limitMs: number): Promise<Value> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SilenceError("no event came in time")), limitMs);
  try {
    return await Promise.race([piece, silence]);
  } finally {
    clearTimeout(timer);
  }
}
