/** The traces that a gateway exports, judged by OpenTelemetry's own encoder. */
import {
  SpanKind,
  SpanStatusCode,
  trace as api,
  TraceFlags,
  ROOT_CONTEXT,
} from "@opentelemetry/api";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect, test } from "vitest";

import type { GatewaySettings } from "../../local/account.ts";
import type { RequestOptions } from "../../local/gateway/options.ts";
import type { toTrace } from "../../local/telemetry/gateway-trace.ts";
import type { KeptTrace } from "../../local/telemetry/trace.ts";
import { openGateway, type GatewayScene } from "../support/gateway.ts";
import { listen } from "../support/listen.ts";

type Collector = NonNullable<GatewaySettings["otels"]>[number];

const CANARY = "canary-in-a-prompt";
const LINKS = { traceId: "ab".repeat(16), parentSpanId: "cd".repeat(8) };

test("a trace is what OpenTelemetry's own SDK and encoder make of the same call", async () => {
  const { ask, traces } = openWith([ELSEWHERE]);
  const metadata = { caller: "web", attempt: 2, share: 0.5, isLast: true, nothing: null };

  await ask({ options: { ...LINKS, metadata } });
  await ask({ model: "openai/no-such", options: LINKS });

  const [failed, answered] = traces.list();
  expect(ours(answered)).toEqual(theirs(answered, { ...LINKS, isError: false }));
  expect(ours(failed)).toEqual(theirs(failed, { ...LINKS, isError: true }));
});

test("a trace has the documented attributes, and of metadata no key of theirs", async () => {
  const { ask, traces } = openWith([ELSEWHERE]);

  await ask({ options: { metadata: { team: "a", none: null, "gen_ai.request.model": "stolen" } } });

  expect(attributesOf(traces.list()[0])).toEqual({
    "gen_ai.request.model": { stringValue: "@cf/meta/x" },
    "gen_ai.model.provider": { stringValue: "workers-ai" },
    "gen_ai.usage.input_tokens": { intValue: "1" },
    "gen_ai.usage.output_tokens": { intValue: "17" },
    "gen_ai.prompt_json": { stringValue: `{"messages":[{"role":"user","content":"Hi"}]}` },
    "gen_ai.completion_json": { stringValue: expect.stringContaining("You said: Hi") },
    "gen_ai.usage.cost": { doubleValue: expect.closeTo(0.000_010_35, 9) },
    team: { stringValue: "a" },
  });
});

test("a span lasts as long as its call", async () => {
  const { ask, clock, traces } = openWith([ELSEWHERE], {
    model: async () => {
      clock.now += 250;
      return { status: 200, body: "{}" };
    },
  });

  await ask();

  const { startTimeUnixNano, endTimeUnixNano } = spanOf(traces.list()[0]);
  expect(startTimeUnixNano).toBe(`${Date.UTC(2026, 10, 22)}000000`);
  expect(endTimeUnixNano).toBe(`${Date.UTC(2026, 10, 22) + 250}000000`);
});

// Whether the switches hold it back is not documented: it is assumed that they do not.
test.each<[string, RequestOptions]>([
  ["its log is kept whole", {}],
  ["its log is kept without bodies", { collectLogPayload: false }],
  ["its log is off", { collectLog: false }],
])("a collector on this machine gets the prompt, where %s", async (_, options) => {
  const { received, url } = await startCollector();
  const { ask } = openWith([{ url, headers: { authorization: "Bearer k" }, contentType: "json" }]);

  await ask({ inputs: { messages: [{ role: "user", content: CANARY }] }, options });

  await expect.poll(() => received).toHaveLength(1);
  const [{ headers, body } = { headers: new Headers(), body: "" }] = received;
  expect(body).toContain(CANARY);
  expect(headers.get("authorization")).toBe("Bearer k");
  expect(headers.get("content-type")).toBe("application/json");
});

test("a stream is exported when it has ended, with all of it", async () => {
  const { ask, traces } = openWith([ELSEWHERE]);
  const inputs = { messages: [{ role: "user", content: CANARY }], stream: true };

  const { pieces } = await ask({ inputs });
  const before = traces.list().length;
  const text = (await Array.fromAsync(pieces ?? [])).join("");

  expect(before).toBe(0);
  expect(attributesOf(traces.list()[0])["gen_ai.completion_json"]).toEqual({ stringValue: text });
});

test("protobuf is kept as JSON and sent nowhere", async () => {
  const { received, url } = await startCollector();
  const { ask, traces } = openWith([{ url, headers: {}, contentType: "protobuf" }]);

  await ask();

  expect(traces.list()[0]?.exports).toEqual([
    { url, fate: "kept here, as protobuf is not imitated" },
  ]);
  expect(received).toEqual([]);
});

test("a gateway without collectors makes no trace, and the newest 200 are kept of another", async () => {
  const quiet = openGateway();
  const { ask, traces } = openWith([ELSEWHERE]);

  await quiet.ask();
  const answers = [];
  for (let n = 0; n < 201; n++) answers.push(await ask());

  expect(quiet.traces.list()).toEqual([]);
  expect(traces.list()).toHaveLength(200);
  const [first = "", second = ""] = answers.map(({ headers }) => headers["cf-aig-log-id"] ?? "");
  expect(traces.find({ id: first, eventId: first })).toEqual([]);
  expect(traces.find({ id: second, eventId: second })).toMatchObject([
    { sender: "gateway", name: "app", logId: second },
  ]);
});

const ELSEWHERE: Collector = {
  url: "https://otel.example.com/v1/traces",
  headers: { authorization: "Bearer theirs" },
  contentType: "json",
};

function openWith(otels: readonly Collector[], scene: GatewayScene = {}) {
  return openGateway({ settings: { otels: [...otels] }, ...scene });
}

async function startCollector() {
  const received: { headers: Headers; body: string }[] = [];
  const origin = await listen(async (request) => {
    received.push({ headers: request.headers, body: await request.text() });
    return Response.json({});
  });
  return { received, url: `${origin}/v1/traces` };
}

function spanOf(kept: KeptTrace | undefined) {
  const trace: ReturnType<typeof toTrace> | undefined = JSON.parse(
    JSON.stringify(kept?.trace ?? null),
  );
  const span = trace?.resourceSpans[0]?.scopeSpans[0]?.spans[0];
  if (span === undefined) throw new Error("there is no span");
  return span;
}

function attributesOf(kept: KeptTrace | undefined) {
  return Object.fromEntries(spanOf(kept).attributes.map(({ key, value }) => [key, value]));
}

/** The trace with the parts that a sender chooses as it likes taken out. */
function ours(kept: KeptTrace | undefined): unknown {
  return withoutChoices(JSON.parse(JSON.stringify(kept?.trace)));
}

/** Has OpenTelemetry's SDK record the same span, and its encoder write it. */
function theirs(
  kept: KeptTrace | undefined,
  { traceId, parentSpanId, isError }: typeof LINKS & { isError: boolean },
): unknown {
  const span = spanOf(kept);
  const finished = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] });
  const parent = { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED };
  const milliseconds = (time: string) => Number(BigInt(time) / 1_000_000n);
  const values = span.attributes.map(({ key, value }) => [key, plain(value)]);
  const recorded = provider.getTracer("judge").startSpan(
    span.name,
    {
      kind: SpanKind.CLIENT,
      startTime: milliseconds(span.startTimeUnixNano),
      attributes: Object.fromEntries(values),
    },
    api.setSpanContext(ROOT_CONTEXT, parent),
  );
  if (isError) recorded.setStatus({ code: SpanStatusCode.ERROR });
  recorded.end(milliseconds(span.endTimeUnixNano));
  const bytes = JsonTraceSerializer.serializeRequest(finished.getFinishedSpans());
  return withoutChoices(JSON.parse(new TextDecoder().decode(bytes)));
}

function plain(value: object): unknown {
  const [[kind, of] = []] = Object.entries(value);
  return kind === "intValue" ? Number(of) : of;
}

/**
 * Leaves the meaning: a service's name and a scope are the sender's choice, a count of nothing and a
 * flag of a local parent are what their absence means, and 64 bits may be text or a number.
 */
function withoutChoices(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutChoices);
  if (typeof value !== "object" || value === null) return value;
  const dropped = ["resource", "scope", "spanId", "flags", "events", "links"];
  const entries = Object.entries(value)
    .filter(([key]) => !dropped.includes(key) && !/^dropped.*Count$/.test(key))
    .map(([key, each]) => [key, key === "intValue" ? String(each) : withoutChoices(each)]);
  return Object.fromEntries(entries);
}
