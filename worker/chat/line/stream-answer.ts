import type { Context } from "hono";

import type { App } from "../context.ts";
import { unreadable } from "../models/failures.ts";
import { isEventStream } from "../models/response.ts";
import { RefusalError } from "../refusal.ts";
import type { StreamEnd } from "./request-line.ts";

type Translate = (
  body: ReadableStream<Uint8Array>,
  onEnd: (end: StreamEnd) => void,
) => ReadableStream<Uint8Array>;

/**
 * Answers with a model's stream, translated, and writes the request's line once it is known how the
 * stream ended.
 */
export function streamAnswer(
  context: Context<App>,
  response: Response,
  translate: Translate,
): Response {
  if (!isEventStream(response) || response.body === null) throw new RefusalError(unreadable);
  const { line, writeLine } = context.var;
  line.stream = "open";
  const { promise: ended, resolve: end } = Promise.withResolvers<StreamEnd>();
  context.req.raw.signal.addEventListener("abort", () => end("cancelled"));
  // Otherwise the runtime drops the request silently when its caller hangs up.
  const writeLineAtEnd = async () => {
    line.stream = await ended;
    writeLine();
  };
  context.executionCtx.waitUntil(writeLineAtEnd());
  context.header("content-type", "text/event-stream; charset=utf-8");
  return context.body(translate(response.body, end));
}
