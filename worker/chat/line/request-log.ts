import type { MiddlewareHandler } from "hono";
import type { App } from "../context.ts";
import { health } from "../endpoints/health.ts";
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
  const startedAt = Date.now();
  const trace = continueTrace(context.req.header("traceparent"));
  const line = openLine(context.req.method, trace);
  context.set("trace", trace);
  context.set("line", line);
  context.set("writeLine", () => {
    if (line.route !== health.path) writeLine(line, context.res.status, Date.now() - startedAt);
  });
  await next();
  const headers = { ...HEADERS, ...lineHeaders(line), traceparent: formatTrace(trace) };
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  // A stream's line is written when it ends.
  if (line.stream === undefined) context.var.writeLine();
};
