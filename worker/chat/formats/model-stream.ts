/** Reads a model's stream, event by event, until its answer is whole. */
import { createParser } from "eventsource-parser";

import type { Part } from "./conversation.ts";
import { AnswerError, type StreamEvent, type StreamReader } from "./format.ts";
import { SilenceTimer } from "./silence.ts";

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
  readonly #silence: SilenceTimer;
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
    this.#silence = new SilenceTimer(idleMs, () => this.#giveUp());
  }

  async read(): Promise<readonly ReadEvent[] | undefined> {
    while (this.#events.length === 0 && !this.#isEnded && this.#failure === undefined) {
      this.#silence.begin();
      try {
        const { done, value } = await this.#body.read();
        this.#take(value, done);
      } catch (error) {
        this.#fail(error);
      }
      this.#silence.end();
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
    this.#silence.stop();
    // The stream is over, broken off already, or of no more use.
    this.#body.cancel(reason).catch(() => {});
  }

  #take(piece: Uint8Array | undefined, isLast: boolean): void {
    if (this.#isEnded || this.#failure !== undefined) return;
    this.#feed(this.#decoder.decode(piece, { stream: !isLast }), isLast);
    this.#isEnded = isLast || this.#reader.isOver;
    if (this.#reader.isWhole) this.#silence.limit(GRACE_MS);
  }

  #fail(error: unknown): void {
    // Once the whole answer has come, it is of no matter how its connection ends: only an error of
    // the model's own takes it back.
    if (this.#reader.isWhole && !(error instanceof AnswerError)) this.#isEnded = true;
    else this.#failure ??= { error };
  }

  /** Ends the read that waits, for nothing came in time. */
  #giveUp(): void {
    this.#fail(new SilenceError("no event came in time"));
    this.cancel();
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
