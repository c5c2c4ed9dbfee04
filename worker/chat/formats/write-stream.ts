/** Writes a streamed answer to a caller: nothing is gathered, and nothing runs ahead. */
import type { StreamEnd } from "../line/request-line.ts";
import type { Refusal } from "../refusal.ts";
import type { Part } from "./conversation.ts";
import type { StreamEvent, StreamMender, StreamWriter } from "./format.ts";
import type { Events, ReadEvent } from "./model-stream.ts";

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
  const { stream, writer, passing } = source;
  const encoder = new TextEncoder();
  let next: StreamSource["first"] | undefined = source.first;
  let isBegun = passing !== undefined;

  async function text(): Promise<{ readonly text: string; readonly end?: StreamEnd }> {
    const begin = isBegun ? "" : writer.begin();
    isBegun = true;
    try {
      next ??= stream.read();
      const events = await beforeKeepAlive(next);
      if (events === "silent") return { text: `${begin}: keep-alive\n\n` };
      next = undefined;
      if (events === undefined) return { text: begin + writeEnd(source), end: "complete" };
      return { text: begin + events.map((event) => writeEvent(source, event)).join("") };
    } catch (error) {
      stream.cancel();
      return { text: begin + writer.fail(source.describe(error)), end: "cut" };
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // A read may bring nothing to write, and a pull must bring something.
        let piece = await text();
        while (piece.text === "" && piece.end === undefined) piece = await text();
        if (piece.text !== "") controller.enqueue(encoder.encode(piece.text));
        if (piece.end === undefined) return;
        onEnd(piece.end);
        controller.close();
      },
      cancel(reason) {
        onEnd("cancelled");
        stream.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function writeEvent({ passing, translate, writer }: StreamSource, { event, parts }: ReadEvent) {
  if (passing !== undefined) return passing.pass(event).map(formatEvent).join("");
  return parts
    .flatMap(translate)
    .map((part) => writer.write(part))
    .join("");
}

function writeEnd({ passing, translate, writer, stream }: StreamSource): string {
  const parts = stream.end();
  if (passing !== undefined) return passing.end().map(formatEvent).join("");
  const last = parts.flatMap(translate).map((part) => writer.write(part));
  return last.join("") + writer.end();
}

function formatEvent({ event, data }: StreamEvent): string {
  const lines = data.split("\n").map((line) => `data: ${line}\n`);
  return `${event === undefined ? "" : `event: ${event}\n`}${lines.join("")}\n`;
}

async function beforeKeepAlive<Value>(next: Promise<Value>): Promise<Value | "silent"> {
  const { promise, resolve } = Promise.withResolvers<"silent">();
  const timer = setTimeout(() => resolve("silent"), KEEP_ALIVE_MS);
  try {
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
  }
}
