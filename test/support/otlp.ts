/** Reads spans in OTLP's JSON, and has OpenTelemetry's own encoder judge them. */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { z } from "zod";

const value = z.union([
  z.strictObject({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.strictObject({ intValue: z.int() }).transform(({ intValue }) => intValue),
  z.strictObject({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z.strictObject({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
]);
const attributes = z
  .array(z.strictObject({ key: z.string(), value }))
  .transform((all) => Object.fromEntries(all.map((each) => [each.key, each.value])));
const spanId = z.string().regex(/^[0-9a-f]{16}$/);
const nanos = z.string().regex(/^\d{19}$/);

/** A span as OTLP's JSON has it: nothing may come that is not here. */
const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId,
  parentSpanId: spanId.optional(),
  flags: z.int(),
  name: z.string(),
  kind: z.literal(3),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  status: z.strictObject({ code: z.literal(2).optional() }),
});
const request = z.strictObject({
  resourceSpans: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.tuple([
        z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(span) }),
      ]),
    }),
  ]),
});

/** A span as it came. */
export type ReceivedSpan = z.output<typeof span>;

/** The spans of one call of a collector, and what sent them. */
export interface Export {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly spans: readonly ReceivedSpan[];
}

/** Reads what a collector got. Throws where it is not as OTLP's JSON has it. */
export function readExport(body: string): Export {
  const [{ resource, scopeSpans }] = request.parse(JSON.parse(body)).resourceSpans;
  return { resource: resource.attributes, spans: scopeSpans[0].spans };
}

/**
 * Has OpenTelemetry's own SDK record a span with the same facts, and returns what its encoder makes
 * of it.
 */
export function encodeByOpenTelemetry({ resource, spans: [received] }: Export): unknown {
  if (received === undefined) throw new Error("no span came");
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(Object(resource)),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    idGenerator: {
      generateTraceId: () => received.traceId,
      generateSpanId: () => received.spanId,
    },
  });
  const parent = received.parentSpanId && {
    traceId: received.traceId,
    spanId: received.parentSpanId,
    traceFlags: 1,
    isRemote: true,
  };
  provider
    .getTracer("ai-gateway")
    .startSpan(
      received.name,
      {
        kind: SpanKind.CLIENT,
        startTime: toTime(received.startTimeUnixNano),
        attributes: received.attributes,
      },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    )
    .setStatus({
      code: received.status.code === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR,
    })
    .end(toTime(received.endTimeUnixNano));
  const encoded = JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans());
  return JSON.parse(new TextDecoder().decode(encoded));
}

/** Splits nanoseconds into seconds and the rest, as the SDK takes them. */
function toTime(unixNano: string): [number, number] {
  return [Number(unixNano.slice(0, -9)), Number(unixNano.slice(-9))];
}
