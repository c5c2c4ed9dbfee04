/**
 * Finds faults that no caller and no log line shows: an exception that nothing caught, and a
 * rejected promise that nobody awaited. workerd reports the first where it is verbose, the second
 * to a listener only.
 */
import type { WorkerdStructuredLog } from "miniflare";

const REJECTION = "unhandled rejection: ";

const POINT = "data point: ";

/**
 * The main module in place of the Worker's own, `chat.js`. The Worker gets the bindings that were last
 * sent to the path: a runtime starts once for all of them. Where they have columns, there is a binding to
 * Analytics Engine too, which Miniflare's own does not let a test read.
 */
export const watchedEntry = (bindPath: string): string => `
  import worker from "./chat.js";

  addEventListener("unhandledrejection", ({ reason }) =>
    console.error(${JSON.stringify(REJECTION)} + (reason?.stack ?? reason)));
  const METRICS = {
    writeDataPoint: (point) => console.log(${JSON.stringify(POINT)} + JSON.stringify(point)),
  };
  let bound = {};
  export default {
    async fetch(request, { AI, ...limits }, context) {
      if (new URL(request.url).pathname !== ${JSON.stringify(bindPath)})
        return worker.fetch(request, bound, context);
      const { texts, hasAi } = await request.json();
      const metrics = texts.METRICS_COLUMNS === undefined ? {} : { METRICS };
      bound = { ...texts, ...limits, ...(hasAi && { AI }), ...metrics };
      return new Response();
    },
  };
`;

/** Reads the data point that a line shows. */
export function readPoint(message: string): unknown {
  return JSON.parse(message.slice(POINT.length));
}

/**
 * Finds who wrote a line: the Worker, the runtime about a fault of the Worker's, or the runtime
 * about itself. A data point is written by the binding.
 */
export function speakerOf({
  level,
  message,
}: WorkerdStructuredLog): "worker" | "fault" | "runtime" | "metrics" {
  if (message.startsWith(POINT)) return "metrics";
  if (message.startsWith(REJECTION)) return "fault";
  // The Worker writes with console.log and console.error only.
  if (level !== "info") return "worker";
  // Miniflare's stand-in for the binding does not catch a connection that is lost.
  const isTheirs = message.includes("/miniflare/");
  return message.startsWith("uncaught exception; source") && !isTheirs ? "fault" : "runtime";
}
