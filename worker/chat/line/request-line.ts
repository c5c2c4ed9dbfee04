/** The one line about a request in the Worker's console. */
import type { Route } from "../endpoints/endpoint.ts";
import type { CallerName, Model } from "../env.ts";
import type { Code } from "../refusal.ts";
import type { Trace } from "./trace.ts";

/**
 * The fields of a line: ids, names, numbers and texts of ours. Never a body, a token, or of a
 * request more than its model.
 */
export interface RequestLine {
  readonly eventId: string;
  readonly traceId: string;
  readonly method: string;
  route: Route | "other";
  caller?: CallerName;
  /** The model that answered, or was called last. */
  model?: Model["id"];
  /** The id of its log at AI Gateway; absent where none was kept. */
  logId?: string;
  /** The top-level fields of the request that are not known, and reached no model. */
  ignored?: readonly string[];
  /** The code of a refusal. */
  code?: Code;
  /**
   * The runtime's or the platform's message about a call that got no answer, or about a fault of
   * ours.
   */
  cause?: string;
  /** How its stream ended. */
  stream?: StreamEnd;
  /** Why spans or data points did not get where the stack sends them. */
  telemetry?: string;
}

/** How a stream ended: whole, broken off, or because its caller hung up. */
export type StreamEnd = "complete" | "cut" | "cancelled";

/** Begins a request's line, with a new event id. */
export function openLine(method: string, { traceId }: Trace): RequestLine {
  return { eventId: crypto.randomUUID(), traceId, method, route: "other" };
}

/** How a request ended. */
export interface RequestEnd {
  readonly status: number;
  /** By the runtime's clock, which stands still while code runs. */
  readonly durationMs: number;
}

/** Writes a line. */
export function writeLine(line: RequestLine, { status, durationMs }: RequestEnd): void {
  const text = JSON.stringify({ message: "request", ...line, status, durationMs });
  if (status >= 500 || line.stream === "cut") console.error(text);
  else console.log(text);
}

/** Makes the headers that lead from an answer to its log and its model. */
export function lineHeaders({ eventId, logId, model }: RequestLine): Record<string, string> {
  return {
    "x-event-id": eventId,
    // What OpenAI's and Anthropic's SDKs show as the id of a request.
    "x-request-id": eventId,
    "request-id": eventId,
    ...(logId !== undefined && { "x-log-id": logId }),
    ...(model !== undefined && { "x-model": model }),
  };
}

/** Makes the ids that find the request in logs and traces, for the body of an error. */
export function lineIds({ eventId, logId, traceId }: RequestLine): object {
  return { event_id: eventId, log_id: logId ?? null, trace_id: traceId };
}
