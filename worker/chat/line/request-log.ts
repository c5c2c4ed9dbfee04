import type { MiddlewareHandler } from "hono";
import type { App } from "../context.ts";
import { health } from "../endpoints/health.ts";
import { sendTelemetry } from "../telemetry/telemetry.ts";
import { openMeasures } from "./measures.ts";
import { lineHeaders, openLine, writeLine } from "./request-line.ts";
import { continueTrace, formatTrace } from "./trace.ts";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

/**
 * Puts ids and headers on every answer, and writes one line about every request except to
 * `/health`.
 */
export const logRequest: MiddlewareHandler<App> = async (context, next) => {
  const measures = openMeasures();
  const trace = continueTrace(context.req.header("traceparent"));
  const line = openLine(context.req.method, trace);
  context.set("trace", trace);
  context.set("line", line);
  context.set("measures", measures);
  context.set("writeLine", () => {
    if (line.route === health.path) return;
    const end = { status: context.res.status, durationMs: Date.now() - measures.startedAt };
    const sent = sendTelemetry(context.var, end);
    if (sent === undefined) writeLine(line, end);
    // The line reports what became of the spans.
    else context.executionCtx.waitUntil(sent.then(() => writeLine(line, end)));
  });
  await next();
  const named = { ...HEADERS, ...lineHeaders(line), traceparent: formatTrace(trace) };
  // Hono's header() makes a new Response for each; the Worker's own answers take them as they are.
  const { headers } = context.res;
  for (const [name, value] of Object.entries(named)) headers.set(name, value);
  // A stream's line is written when it ends.
  if (context.var.isStreaming !== true) context.var.writeLine();
};
