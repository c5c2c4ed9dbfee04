/** What becomes of one request, and the one line about it in the Worker's console. */
import type { Trace } from "./trace.ts";

/** Ids, names, numbers and our own words. Never a body, a token, or what a request says besides its model. */
export interface RequestLine {
  readonly eventId: string;
  readonly traceId: string;
  readonly method: string;
  route: string;
  caller?: string;
  /** The model that answered, or was asked last. */
  model?: string;
  /** Its log at AI Gateway; absent where none was kept. */
  logId?: string;
  /** The code of a refusal. */
  code?: string;
  /** The runtime's or the platform's words about a call that got no answer, or about a fault of ours. */
  cause?: string;
  /** How a stream ended. */
  stream?: StreamEnd | "open";
}

export type StreamEnd = "complete" | "cut" | "cancelled";

export function openLine(method: string, { traceId }: Trace): RequestLine {
  return { eventId: crypto.randomUUID(), traceId, method, route: "other" };
}

/** Milliseconds are those of the runtime's clock, which stands still while code runs. */
export function writeLine(line: RequestLine, status: number, durationMs: number): void {
  const text = JSON.stringify({ message: "request", ...line, status, durationMs });
  if (status >= 500 || line.stream === "cut") console.error(text);
  else console.log(text);
}

/** The headers that lead from an answer to its log, its trace and its model. */
export function lineHeaders({ eventId, logId, model }: RequestLine): Record<string, string> {
  return {
    "x-event-id": eventId,
    ...(logId !== undefined && { "x-log-id": logId }),
    ...(model !== undefined && { "x-model": model }),
  };
}

/** The ids that find the request in logs and traces, for the body of an error. */
export function lineIds({ eventId, logId, traceId }: RequestLine): object {
  return { event_id: eventId, log_id: logId ?? null, trace_id: traceId };
}
