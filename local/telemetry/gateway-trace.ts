/**
 * Describes a call as the trace that AI Gateway exports of it: OTLP in JSON, one span, with the
 * documented attributes. Name, service and kind of the span are not documented: the first two are as
 * one account's collector saw them in September 2026. It and another saw other names of attributes,
 * too (`gen_ai.provider.name`, `gen_ai.input.messages`, `gen_ai.output.messages`).
 * https://developers.cloudflare.com/ai-gateway/observability/otel-integration/
 */
import { randomBytes } from "node:crypto";

import type { FinishedCall } from "../gateway/finished-call.ts";

/** A value of an attribute. Whole numbers are text, as protobuf's JSON has 64 bits. */
type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean };

type Attributes = readonly (readonly [key: string, value: Value | undefined])[];

const KIND_CLIENT = 3;
const STATUS = { unset: 0, error: 2 } as const;

/** Makes the body of an export: an ExportTraceServiceRequest. */
export function toTrace(call: FinishedCall) {
  const { log, options } = call;
  const parent = options.parentSpanId;
  const span = {
    traceId: options.traceId ?? randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    ...(parent !== undefined && { parentSpanId: parent }),
    name: "cf.aig.request",
    kind: KIND_CLIENT,
    startTimeUnixNano: toNanoseconds(log.createdAt),
    endTimeUnixNano: toNanoseconds(log.createdAt + log.durationMs),
    attributes: toKeyValues([...standard(call), ...custom(log.metadata)]),
    status: { code: log.status >= 400 ? STATUS.error : STATUS.unset },
  };
  const resource = { attributes: toKeyValues([["service.name", text("ai-gateway")]]) };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] };
}

export type Trace = ReturnType<typeof toTrace>;

/** Nothing documents that the switches of logs hold prompt and answer back here. */
function standard({ log, bodies }: FinishedCall): Attributes {
  const { request, response } = bodies();
  return [
    ["gen_ai.request.model", text(log.model)],
    ["gen_ai.model.provider", text(log.provider)],
    ["gen_ai.usage.input_tokens", whole(log.tokensIn)],
    ["gen_ai.usage.output_tokens", whole(log.tokensOut)],
    ["gen_ai.prompt_json", text(request)],
    ["gen_ai.completion_json", text(response)],
    ["gen_ai.usage.cost", log.cost === undefined ? undefined : { doubleValue: log.cost }],
  ];
}

function custom(metadata: FinishedCall["log"]["metadata"]): Attributes {
  return Object.entries(metadata)
    .filter(([key]) => !key.startsWith("gen_ai."))
    .map(([key, value]) => [key, toValue(value)]);
}

/** Returns a value of metadata as one of an attribute; undefined for null, which no attribute holds. */
function toValue(value: unknown): Value | undefined {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isInteger(value) ? whole(value) : { doubleValue: value };
  }
  return typeof value === "string" ? text(value) : undefined;
}

function text(value: string): Value {
  return { stringValue: value };
}

function whole(value: number | undefined): Value | undefined {
  return value === undefined ? undefined : { intValue: String(value) };
}

function toKeyValues(attributes: Attributes) {
  return attributes.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}

function toNanoseconds(milliseconds: number): string {
  return `${BigInt(milliseconds) * 1_000_000n}`;
}
