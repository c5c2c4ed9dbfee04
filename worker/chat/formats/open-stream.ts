/** Opens a model's stream for a caller, once its first event has come. */
import { cut, describeFailure, isWorthAnother, timedOut } from "../models/failures.ts";
import { parseJson } from "../../json.ts";
import { isEventStream } from "../models/response.ts";
import type { StreamEnd } from "../line/request-line.ts";
import { RefusalError, type Refusal } from "../refusal.ts";
import { partsOf } from "./answer.ts";
import { AnswerError, type AnswerWay } from "./format.ts";
import { observe } from "./observed-reader.ts";
import { ModelStream, NoStreamError, SilenceError, type Events } from "./model-stream.ts";
import { passingOf, readAnswer } from "./read-whole.ts";
import { passStream } from "./pass-stream.ts";
import { openTranslation } from "./translation.ts";
import { writeStream, type StreamSource } from "./write-stream.ts";

/** How long the answer waits for a model's first event, while another model could still answer. */
const FIRST_EVENT_MS = 10_000;

/** How a stream of events begins. */
const EVENTS = /^\s*(?:data|event|id|retry)?:/;

interface StreamWay extends AnswerWay {
  readonly isLast: boolean;
  readonly idleMs: number;
}

/** A streamed answer that is about to begin. */
export interface OpenedStream {
  /** Makes the body; `onEnd` is called once. */
  readonly begin: (onEnd: (end: StreamEnd) => void) => ReadableStream<Uint8Array>;
  /** Settles with the first event; absent where the stream passes unread. */
  readonly first?: Promise<unknown>;
}

/**
 * Opens a stream in its lane. Throws a RefusalError where the model fails before its first event,
 * and another may answer; one that passes unread has begun with its head.
 */
export async function openStream(response: Response, way: StreamWay): Promise<OpenedStream> {
  const { body } = response;
  if (body !== null && isEventStream(response) && isPassedUnread(way)) {
    return { begin: (onEnd) => passStream(body, onEnd) };
  }
  const source = await openSource(response, way);
  return { begin: (onEnd) => writeStream(source, onEnd), first: source.first };
}

/** Returns whether the stack has the model's streams pass unread, and the caller speaks its format. */
function isPassedUnread({ caller, model }: StreamWay): boolean {
  return model.stream === "native" && caller.name === model.speaks;
}

/** Begins to read a stream. A whole answer, as some models give where one is due, is streamed. */
async function openSource(response: Response, way: StreamWay): Promise<StreamSource> {
  const { caller, format, model, head } = way;
  const common = {
    writer: caller.openStream(head),
    translate: openTranslation(way),
    describe: describeEnd,
  };
  const events = isEventStream(response) ? response.body : null;
  const text = events === null ? await response.text() : "";
  // Some servers send events under another type.
  const body = EVENTS.test(text) ? new Response(text).body : events;
  if (body === null) return { ...common, ...wholeStream(parseJson(text), way) };
  const stream = new ModelStream(body, observe(format.openStream(model), way), way.idleMs);
  const first = stream.read();
  try {
    await begin(stream, first, way.isLast);
  } catch (error) {
    if (!(error instanceof NoStreamError)) throw error;
    return { ...common, ...wholeStream(parseJson(error.body), way) };
  }
  return { ...common, passing: passingOf(way)?.openStream(), stream, first };
}

/**
 * Waits for the first events. Throws a RefusalError where none can be read, or where they are an
 * error and another model may answer; the last model's error is told within the stream.
 */
async function begin(stream: Events, first: ReturnType<Events["read"]>, isLast: boolean) {
  const { promise: waited, resolve } = Promise.withResolvers<"waited">();
  const timer = setTimeout(() => resolve("waited"), FIRST_EVENT_MS);
  try {
    // A stream without any event is no answer.
    if ((await Promise.race([first, waited])) === undefined) stream.end();
  } catch (error) {
    if (error instanceof NoStreamError) throw error;
    const refusal = describeEnd(error);
    const isTold = error instanceof AnswerError && (isLast || !isWorthAnother(refusal));
    if (!isTold) throw new RefusalError(refusal);
  } finally {
    clearTimeout(timer);
  }
}

/** Streams a whole answer. Throws a RefusalError where nobody can read it. */
function wholeStream(body: unknown, way: AnswerWay) {
  const parts = partsOf(readAnswer(body, way));
  const stream: Events = { read: async () => undefined, end: () => parts, cancel: () => {} };
  return { passing: undefined, stream, first: stream.read() };
}

/** Describes what ended a stream before its answer was whole. */
function describeEnd(error: unknown): Refusal {
  if (error instanceof AnswerError) return describeFailure(502, error.body);
  // AbortSignal.timeout() ends a body with a TimeoutError.
  const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
  return isTimeout || error instanceof SilenceError ? timedOut : cut;
}
