/**
 * Sends what a stack measures of a request, after its answer. Nothing that a caller or a model
 * wrote is at hand here: the facts of a request are numbers, and texts that its deploy chose.
 */
import type { App } from "../context.ts";
import type { Env } from "../env.ts";
import type { RequestEnd, RequestLine } from "../line/request-line.ts";
import { writeDataPoint } from "./data-point.ts";
import { exporter } from "./exporter.ts";
import { toSpan } from "./span.ts";

type Request = Pick<App["Variables"], "line" | "measures" | "trace"> & {
  // Absent where the deploy's bindings are not complete.
  readonly env?: Env;
};

/**
 * Sends the span and the data point of a request. Returns undefined where no span is sent; else the promise
 * never rejects, and the request's line says what went wrong. A caller decides with its
 * `traceparent` whether its trace is recorded, as everywhere in OpenTelemetry.
 */
export function sendTelemetry(request: Request, end: RequestEnd): Promise<void> | undefined {
  const { env, line, measures, trace } = request;
  if (env === undefined) return undefined;
  tryDataPoint({ env, line, measures }, end);
  const { TRACES } = env;
  const { operation } = measures;
  if (TRACES === undefined || operation === undefined || !trace.isSampled) return undefined;
  const span = toSpan({ env, line, measures, trace }, { ...end, operation });
  return report(exporter.send(span, { ...env, TRACES }), line);
}

function tryDataPoint(facts: Parameters<typeof writeDataPoint>[0], end: RequestEnd): void {
  try {
    writeDataPoint(facts, end);
  } catch {
    facts.line.telemetry = "the data point was not written";
  }
}

async function report(sent: ReturnType<typeof exporter.send>, line: RequestLine): Promise<void> {
  const failure = await sent;
  if (failure === undefined) return;
  line.telemetry = line.telemetry === undefined ? failure : `${line.telemetry}; ${failure}`;
}
