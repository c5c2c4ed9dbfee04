/** Writes data points to Analytics Engine. */
import type { Own } from "../../bindings.ts";
import type { App } from "../context.ts";
import type { Route } from "../endpoints/endpoint.ts";
import type { BLOBS, CallerName, DOUBLES, Env } from "../env.ts";
import type { RequestEnd, StreamEnd } from "../line/request-line.ts";
import type { Code } from "../refusal.ts";
import { callerOf } from "./caller.ts";

/** How many characters of a caller's name choose the sample: an index has 96 bytes at most. */
const INDEX_LENGTH = 32;

/**
 * The texts of a data point, by column. None takes any text: what a caller or a model wrote has no
 * type that stands here.
 */
export interface Blobs extends Record<(typeof BLOBS)[number], unknown> {
  stack: Own;
  release: Own;
  route: Route | "other";
  model: Own | undefined;
  requestedModel: Own | undefined;
  caller: CallerName | undefined;
  code: Code | undefined;
  streamEnd: StreamEnd | undefined;
}

/** The facts that a data point is made of. */
interface Facts extends Pick<App["Variables"], "line" | "measures"> {
  readonly env: Env;
}

/** Writes the data point of a request; the runtime sends it after the answer. */
export function writeDataPoint(facts: Facts, end: RequestEnd): void {
  const { METRICS, METRICS_COLUMNS: columns } = facts.env;
  if (METRICS === undefined || columns === undefined) return;
  const blobs = blobsOf(facts);
  const doubles = doublesOf(facts, end);
  METRICS.writeDataPoint({
    // What is sampled is sampled for each caller by itself.
    indexes: [(blobs.caller ?? "").slice(0, INDEX_LENGTH)],
    blobs: columns.blobs.map((name) => blobs[name] ?? ""),
    doubles: columns.doubles.map((name) => doubles[name]),
  });
}

function blobsOf({ env, line, measures }: Facts): Blobs {
  return {
    stack: env.STACK,
    release: env.RELEASE,
    route: line.route,
    model: line.model,
    requestedModel: measures.requested,
    caller: callerOf(env, line.caller),
    code: line.code,
    streamEnd: line.stream,
  };
}

function doublesOf(
  { measures }: Facts,
  { status, durationMs }: RequestEnd,
): Record<(typeof DOUBLES)[number], number> {
  const { usage, firstEventMs = 0, fallbacks } = measures;
  return {
    status,
    durationMs,
    firstEventMs,
    inputTokens: usage?.input ?? 0,
    cachedTokens: usage?.cached ?? 0,
    outputTokens: usage?.output ?? 0,
    reasoningTokens: usage?.reasoning ?? 0,
    hasUsage: usage === undefined ? 0 : 1,
    fallbacks,
  };
}
