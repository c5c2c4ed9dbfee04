/**
 * Makes spans of requests, by OpenTelemetry's conventions for generative AI, in OTLP's JSON.
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Own } from "../../bindings.ts";
import { callerOf } from "./caller.ts";
import type { App } from "../context.ts";
import type { Operation, Route } from "../endpoints/endpoint.ts";
import type { CallerName, Collector, Env } from "../env.ts";
import type { Measures } from "../line/measures.ts";
import type { RequestEnd, StreamEnd } from "../line/request-line.ts";
import type { Code } from "../refusal.ts";

/**
 * Every attribute of a span, with the values that it may have. None takes any text: what a caller
 * or a model wrote has no type that stands here, so it cannot be put into a span.
 */
export interface SpanAttributes {
  "gen_ai.operation.name": Operation;
  "gen_ai.provider.name": Provider | undefined;
  /** The model that the caller asked for, by its id in the stack file. */
  "gen_ai.request.model": Own | undefined;
  "gen_ai.request.stream": boolean;
  /** The model that answered, or was called last: not the name that the provider reports. */
  "gen_ai.response.model": Own | undefined;
  /** In seconds, from the request on. */
  "gen_ai.response.time_to_first_chunk": Seconds | undefined;
  "gen_ai.usage.input_tokens": number | undefined;
  "gen_ai.usage.output_tokens": number | undefined;
  "gen_ai.usage.cache_read.input_tokens": number | undefined;
  "gen_ai.usage.cache_creation.input_tokens": number | undefined;
  "gen_ai.usage.reasoning.output_tokens": number | undefined;
  "error.type": Code | "cut" | undefined;
  "http.route": Route | "other";
  "http.response.status_code": number;
  "user.id": CallerName | undefined;
  "ai_gateway.event_id": Id | undefined;
  "ai_gateway.log_id": Id | undefined;
  "ai_gateway.fallbacks": number;
  "ai_gateway.stream.end": StreamEnd | undefined;
}

/** The attributes of the Worker that sends spans. */
export interface ResourceAttributes {
  "service.name": Own;
  "service.version": Own;
  "deployment.environment.name": Own;
  "ai_gateway.stack": Own;
  "ai_gateway.id": Own;
}

/** An id, as its form shows: no text fits. */
type Id = string & { readonly [id]: true };
declare const id: unique symbol;

/** The provider of a model, as the beginning of the model's id names it. */
export type Provider = string & { readonly [provider]: true };
declare const provider: unique symbol;

/** A number that OTLP holds as a double, also where it is whole. */
export interface Seconds {
  readonly seconds: number;
}

/** A span in OTLP's JSON. */
export type Span = ReturnType<typeof toSpan>;

/** The facts that a span is made of. */
interface Facts extends Pick<App["Variables"], "line" | "measures" | "trace"> {
  readonly env: Env;
}

// https://opentelemetry.io/docs/specs/otel/trace/api/#spankind
const CLIENT = 3;
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
const FLAGS = { sampled: 0x1, hasIsRemote: 0x1_00, isRemote: 0x2_00 };
const ERROR = 2;

/** Makes the span of a request that has ended. */
export function toSpan(facts: Facts, end: RequestEnd & { readonly operation: Operation }) {
  const { measures, trace } = facts;
  const { startedAt, requested } = measures;
  const attributes = attributesOf(facts, end);
  const parent = trace.parentId;
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: parent,
    flags: FLAGS.sampled | FLAGS.hasIsRemote | (parent === undefined ? 0 : FLAGS.isRemote),
    name: requested === undefined ? end.operation : `${end.operation} ${requested}`,
    kind: CLIENT,
    startTimeUnixNano: toNanos(startedAt),
    endTimeUnixNano: toNanos(startedAt + end.durationMs),
    attributes: toKeyValues({ ...attributes }),
    // A stream that its caller left is no error.
    status: attributes["error.type"] === undefined ? {} : { code: ERROR },
  };
}

function attributesOf(
  { env, line, measures }: Facts,
  { operation, status }: RequestEnd & { readonly operation: Operation },
): SpanAttributes {
  const { requested, isStreamed, fallbacks, firstEventMs } = measures;
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": line.model && providerOf(line.model),
    "gen_ai.request.model": requested,
    "gen_ai.request.stream": isStreamed,
    "gen_ai.response.model": line.model,
    "gen_ai.response.time_to_first_chunk":
      firstEventMs === undefined ? undefined : { seconds: firstEventMs / 1000 },
    ...usageOf(measures),
    "error.type": line.code ?? (line.stream === "cut" ? "cut" : undefined),
    "http.route": line.route,
    "http.response.status_code": status,
    "user.id": callerOf(env, line.caller),
    "ai_gateway.event_id": toId(line.eventId),
    "ai_gateway.log_id": toId(line.logId),
    "ai_gateway.fallbacks": fallbacks,
    "ai_gateway.stream.end": line.stream,
  };
}

function usageOf({ usage }: Measures) {
  return {
    "gen_ai.usage.input_tokens": usage?.input,
    "gen_ai.usage.output_tokens": usage?.output,
    "gen_ai.usage.cache_read.input_tokens": usage?.cached,
    "gen_ai.usage.cache_creation.input_tokens": usage?.cacheWritten,
    "gen_ai.usage.reasoning.output_tokens": usage?.reasoning,
  };
}

/** Makes what a collector takes of some spans. */
export function toExport(
  spans: readonly Span[],
  env: Pick<Env, "STACK" | "RELEASE" | "GATEWAY_ID"> & { readonly TRACES: Collector },
): object {
  const resource: ResourceAttributes = {
    "service.name": env.TRACES.service,
    "service.version": env.RELEASE,
    "deployment.environment.name": env.TRACES.environment,
    "ai_gateway.stack": env.STACK,
    "ai_gateway.id": env.GATEWAY_ID,
  };
  const scopeSpans = [{ scope: { name: "ai-gateway" }, spans }];
  return {
    resourceSpans: [{ resource: { attributes: toKeyValues({ ...resource }) }, scopeSpans }],
  };
}

/** The providers whose name in OpenTelemetry is another than that of their models' ids. */
const PROVIDERS: Readonly<Record<string, string>> = {
  "@cf": "cloudflare.workers_ai",
  google: "gcp.gemini",
  xai: "x_ai",
};

function providerOf(model: Own): Provider {
  const name = model.replace(/\/.*/, "");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of an id of the stack's own
  return (PROVIDERS[name] ?? name) as Provider;
}

/** Returns an id that has the form of one; the gateway's comes from without. */
function toId(value: string | undefined): Id | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its form is checked here
  return /^[0-9A-Za-z-]{1,64}$/.exec(value ?? "")?.[0] as Id | undefined;
}

type Value = string | number | boolean | Seconds | undefined;

function toKeyValues(attributes: { readonly [key: string]: Value }) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toAnyValue(value) }],
  );
}

function toAnyValue(value: NonNullable<Value>) {
  if (typeof value === "object") return { doubleValue: value.seconds };
  if (typeof value === "boolean") return { boolValue: value };
  return typeof value === "number" ? { intValue: value } : { stringValue: value };
}

/** Formats milliseconds as nanoseconds, which are too many for a number of JavaScript's. */
function toNanos(ms: number): string {
  return `${ms}000000`;
}
