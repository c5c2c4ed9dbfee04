import type { Context } from "hono";

import type { App } from "../context.ts";
import { writeStream, type StreamSource } from "../formats/write-stream.ts";
import type { StreamEnd } from "./request-line.ts";

/**
 * Answers with a model's stream, in the caller's format, and writes the request's line once it is
 * known how the stream ended.
 */
export function streamAnswer(context: Context<App>, source: StreamSource): Response {
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
  return context.body(writeStream(source, end));
}
