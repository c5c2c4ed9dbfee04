/** Writes a streamed answer to a caller: nothing is gathered, and nothing runs ahead. */
import type { StreamEnd } from "../line/request-line.ts";
import type { Refusal } from "../refusal.ts";
import type { Part } from "./conversation.ts";
import type { StreamEvent, StreamMender, StreamWriter } from "./format.ts";
import type { Events, ReadEvent } from "./model-stream.ts";
import { SilenceTimer } from "./silence.ts";

/** How long a caller hears nothing before a comment keeps the connection open. */
const KEEP_ALIVE_MS = 15_000;

/** What a streamed answer is made from. */
export interface StreamSource {
  readonly stream: Events;
  /** The first read, which is under way. */
  readonly first: ReturnType<Events["read"]>;
  readonly writer: StreamWriter;
  /** How events pass as they came; undefined where they are translated. */
  readonly passing: StreamMender | undefined;
  readonly translate: (part: Part) => readonly Part[];
  readonly describe: (error: unknown) => Refusal;
}

/**
 * Writes a stream. One that breaks off, or holds what nobody can read, ends in an error event of
 * the caller's format. Cancelling it cancels the model's. `onEnd` is called once.
 *
 * It is one stream with one write for each piece of the network: a chain of pipes, each event
 * written by itself, took twice the time. `npm run bench -- --only worker` measures it.
 */
export function writeStream(
  source: StreamSource,
  onEnd: (end: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream(new WrittenAnswer(source, onEnd), { highWaterMark: 0 });
}

const encoder = new TextEncoder();

/** One answer, piece by piece. */
class WrittenAnswer {
  readonly #source: StreamSource;
  readonly #onEnd: (end: StreamEnd) => void;
  readonly #silence = new SilenceTimer(KEEP_ALIVE_MS, () => this.#keepAlive());
  #next: StreamSource["first"] | undefined;
  /** What comes before the first part, until it is sent. */
  #opening: string;
  #end: StreamEnd | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(source: StreamSource, onEnd: (end: StreamEnd) => void) {
    this.#source = source;
    this.#onEnd = onEnd;
    this.#next = source.first;
    this.#opening = source.passing === undefined ? source.writer.begin() : "";
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#controller = controller;
    let text = "";
    this.#silence.begin();
    // A read may bring nothing to write, and a pull must bring something.
    do {
      try {
        const events = await (this.#next ?? this.#source.stream.read());
        this.#next = undefined;
        text = this.#write(events);
      } catch (error) {
        text = this.#fail(error);
      }
    } while (text === "" && this.#opening === "" && this.#end === undefined);
    this.#silence.end();
    this.#send(text);
    if (this.#end === undefined) return;
    this.#silence.stop();
    this.#onEnd(this.#end);
    controller.close();
  }

  cancel(reason?: unknown): void {
    this.#silence.stop();
    this.#onEnd("cancelled");
    this.#source.stream.cancel(reason);
  }

  #write(events: readonly ReadEvent[] | undefined): string {
    if (events !== undefined) return writeEvents(this.#source, events);
    const text = writeEnd(this.#source);
    this.#end = "complete";
    return text;
  }

  #fail(error: unknown): string {
    const { stream, writer, describe } = this.#source;
    stream.cancel();
    this.#end = "cut";
    return writer.fail(describe(error));
  }

  #keepAlive(): void {
    this.#silence.begin();
    // Who has not read the comment before this one needs no other.
    if (this.#controller?.desiredSize === 0) this.#send(": keep-alive\n\n");
  }

  #send(text: string): void {
    const piece = this.#opening + text;
    this.#opening = "";
    if (piece !== "") this.#controller?.enqueue(encoder.encode(piece));
  }
}

function writeEvents(source: StreamSource, events: readonly ReadEvent[]): string {
  const { passing } = source;
  let text = "";
  for (const { event, parts } of events) {
    text += passing ? formatEvents(passing.pass(event)) : writeParts(source, parts);
  }
  return text;
}

function writeEnd(source: StreamSource): string {
  const { passing, stream, writer } = source;
  const parts = stream.end();
  if (passing !== undefined) return formatEvents(passing.end());
  return writeParts(source, parts) + writer.end();
}

function writeParts({ translate, writer }: StreamSource, parts: readonly Part[]): string {
  let text = "";
  for (const part of parts) {
    for (const translated of translate(part)) text += writer.write(translated);
  }
  return text;
}

function formatEvents(events: readonly StreamEvent[]): string {
  let text = "";
  for (const event of events) text += formatEvent(event);
  return text;
}

function formatEvent({ event, data }: StreamEvent): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${data.replaceAll("\n", "\ndata: ")}\n\n`;
}
