import type { Context } from "hono";

import type { App } from "../context.ts";
import type { OpenedStream } from "../formats/open-stream.ts";
import type { StreamEnd } from "./request-line.ts";

/**
 * Answers with a model's stream, and writes the request's line once it is known how the stream
 * ended.
 */
export function streamAnswer(context: Context<App>, stream: OpenedStream): Response {
  const { line, measures, writeLine } = context.var;
  context.set("isStreaming", true);
  const noteFirst = () => {
    measures.firstEventMs = Date.now() - measures.startedAt;
  };
  // What is wrong with the first event is told to the caller.
  stream.first?.then(noteFirst, () => {});
  const { promise: ended, resolve: end } = Promise.withResolvers<StreamEnd>();
  context.req.raw.signal.addEventListener("abort", () => end("cancelled"));
  // Otherwise the runtime drops the request silently when its caller hangs up.
  const writeLineAtEnd = async () => {
    line.stream = await ended;
    writeLine();
  };
  context.executionCtx.waitUntil(writeLineAtEnd());
  context.header("content-type", "text/event-stream; charset=utf-8");
  return context.body(stream.begin(end));
}
