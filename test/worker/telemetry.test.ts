/** What the whole Worker measures of a request, and sends: one span and one data point. */
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { BLOBS, DOUBLES } from "../../worker/chat/env.ts";
import { parseJson } from "../../worker/json.ts";
import { sha256 } from "../support/bindings.ts";
import { models } from "../support/models.ts";
import { encodeByOpenTelemetry, readExport } from "../support/otlp.ts";
import { ask, CHAT, HI, line, watchLines, type Init, type Run } from "../support/whole-worker.ts";
import { event } from "../support/wire.ts";

watchLines();
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_764_374_400_000 }));
afterEach(() => void vi.useRealTimers());

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = `00-${TRACE}-00f067aa0ba902b7`;
const MESSAGES = [{ role: "user", content: "Hi" }];
const STACK = {
  MODELS: JSON.stringify(
    models("@cf/a/a", "openai/b", "anthropic/c", "google/d", "xai/e", "groq/f"),
  ),
  TRACES: JSON.stringify({ url: "https://otel.test/v1", service: "talk", environment: "prod" }),
  TRACES_HEADERS: '{"authorization":"Bearer of-the-collector"}',
  METRICS_COLUMNS: JSON.stringify({ blobs: BLOBS, doubles: DOUBLES }),
  MAX_BODY_BYTES: "2000",
};

interface Scene {
  readonly route?: string;
  readonly init?: Init;
  readonly fields?: object;
  readonly bindings?: object;
  readonly reply?: Run;
  readonly collect?: () => Response;
  readonly write?: (point: object) => void;
}

/** Asks a Worker that measures; returns what it sent. */
async function measure(scene: Scene = {}) {
  const { fields, collect = () => new Response(), write = () => {} } = scene;
  const bodies: string[] = [];
  vi.stubGlobal("fetch", async (_: string, { body }: { readonly body: string }) => {
    bodies.push(body);
    return collect();
  });
  const points: object[] = [];
  const writeDataPoint = (point: object) => {
    points.push(point);
    write(point);
  };
  const body = JSON.stringify({ model: "@cf/a/a", messages: MESSAGES, ...fields });
  const { method = "POST", ...more } = scene.init ?? {};
  const init: Init = { method, ...(method === "POST" && { body }), ...more };
  const bindings = { ...STACK, METRICS: { writeDataPoint }, ...scene.bindings };
  const answer = await ask(scene.route ?? CHAT, init, bindings, scene.reply);
  const exports = bodies.map(readExport);
  return { answer, bodies, exports, span: exports[0]?.spans[0], points };
}

/** Replies with a stream of Anthropic's, whose first event takes a second and a half. */
const slowly: Run = async () => {
  vi.advanceTimersByTime(1500);
  const usage = { input_tokens: 7, cache_read_input_tokens: 20, cache_creation_input_tokens: 3 };
  const events = [
    { type: "message_start", message: { content: [], usage: { ...usage, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn" },
      usage: { output_tokens: 12, output_tokens_details: { thinking_tokens: 5 } },
    },
    { type: "message_stop" },
  ];
  const headers = { "content-type": "text/event-stream", "cf-aig-log-id": "log-1" };
  return new Response(events.map((each) => event(each)).join(""), { headers });
};

const failing: Run = async () => new Response("{}", { status: 503 });

test("a request leaves one span and one data point, with each fact under its name", async () => {
  const { answer, bodies, exports, points } = await measure({
    fields: { model: "@cf/a/a", stream: true },
    bindings: { FALLBACKS: '["anthropic/c"]' },
    reply: (model, inputs) => (model === "@cf/a/a" ? failing : slowly)(model, inputs),
    init: { headers: { traceparent: `${PARENT}-01` } },
  });

  const eventId = answer.headers.get("x-event-id");
  expect(exports).toEqual([
    {
      resource: {
        "service.name": "talk",
        "service.version": "abc123",
        "deployment.environment.name": "prod",
        "ai_gateway.stack": "test",
        "ai_gateway.id": "app-test",
      },
      spans: [
        {
          traceId: TRACE,
          parentSpanId: "00f067aa0ba902b7",
          spanId: answer.headers.get("traceparent")?.split("-")[2],
          flags: 0x3_01,
          name: "chat @cf/a/a",
          kind: 3,
          startTimeUnixNano: "1764374400000000000",
          endTimeUnixNano: "1764374401500000000",
          attributes: {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "@cf/a/a",
            "gen_ai.request.stream": true,
            "gen_ai.response.model": "anthropic/c",
            "gen_ai.response.time_to_first_chunk": 1.5,
            "gen_ai.usage.input_tokens": 30,
            "gen_ai.usage.output_tokens": 12,
            "gen_ai.usage.cache_read.input_tokens": 20,
            "gen_ai.usage.cache_creation.input_tokens": 3,
            "gen_ai.usage.reasoning.output_tokens": 5,
            "http.route": CHAT,
            "http.response.status_code": 200,
            "user.id": "web",
            "ai_gateway.event_id": eventId,
            "ai_gateway.log_id": "log-1",
            "ai_gateway.fallbacks": 1,
            "ai_gateway.stream.end": "complete",
          },
          status: {},
        },
      ],
    },
  ]);
  expect(points).toEqual([
    {
      indexes: ["web"],
      blobs: ["test", "abc123", CHAT, "anthropic/c", "@cf/a/a", "web", "", "complete"],
      doubles: [200, 1500, 1500, 30, 20, 12, 5, 1, 1],
    },
  ]);
  expect(exports.map(encodeByOpenTelemetry)).toMatchObject(bodies.map(parseJson));
  expect(line()).not.toHaveProperty("telemetry");
});

test("a whole answer has no stream, and what is not known is left out or 0", async () => {
  const { span, bodies, exports, points } = await measure({
    reply: async () => Response.json({ response: "hello" }),
  });

  expect(span).toMatchObject({ flags: 0x1_01, endTimeUnixNano: "1764374400000000000" });
  expect(span).not.toHaveProperty("parentSpanId");
  expect(Object.keys(span?.attributes ?? {})).toEqual([
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.request.stream",
    "gen_ai.response.model",
    "http.route",
    "http.response.status_code",
    "user.id",
    "ai_gateway.event_id",
    "ai_gateway.fallbacks",
  ]);
  expect(exports.map(encodeByOpenTelemetry)).toMatchObject(bodies.map(parseJson));
  expect(points).toMatchObject([
    {
      blobs: ["test", "abc123", CHAT, "@cf/a/a", "@cf/a/a", "web", "", ""],
      doubles: [200, 0, 0, 0, 0, 0, 0, 0, 0],
    },
  ]);
});

test.each<[string, Scene, object, object]>([
  [
    "a prompt that a guardrail refuses",
    { reply: async () => Response.json({ internalCode: 2016 }, { status: 400 }) },
    { "error.type": "content_filter", "http.response.status_code": 400 },
    { code: "content_filter", status: 400 },
  ],
  [
    "a request that is not served",
    { fields: { n: 7 } },
    { name: "chat", "error.type": "unsupported_parameter", "http.response.status_code": 400 },
    { code: "unsupported_parameter", status: 400, model: "", requestedModel: "" },
  ],
  [
    "a model that is not there",
    { reply: async () => Promise.reject(new Error("reset")) },
    { "error.type": "upstream_error", "http.response.status_code": 502 },
    { code: "upstream_error", status: 502, model: "@cf/a/a" },
  ],
  [
    "a stream that breaks off",
    {
      fields: { stream: true },
      reply: async () =>
        new Response(event({ response: "Hel" }), {
          headers: { "content-type": "text/event-stream" },
        }),
    },
    { "error.type": "cut", "ai_gateway.stream.end": "cut", "http.response.status_code": 200 },
    { code: "", streamEnd: "cut", status: 200 },
  ],
])("%s is an error, by its code", async (_, scene, attributes, named) => {
  const { span, points } = await measure(scene);

  expect({ name: span?.name, ...span?.attributes }).toMatchObject(attributes);
  expect(span?.status).toEqual({ code: 2 });
  expect(byName(points[0])).toMatchObject(named);
});

/** Names the values of a data point by its columns. */
function byName(point: object | undefined): object {
  const { blobs, doubles } = Object(point);
  const values = [...blobs, ...doubles];
  return Object.fromEntries([...BLOBS, ...DOUBLES].map((name, index) => [name, values[index]]));
}

test.each([
  // The conventions have no name for it.
  ["@cf/a/a", "cloudflare.workers_ai"],
  ["openai/b", conventions.GEN_AI_PROVIDER_NAME_VALUE_OPENAI],
  ["anthropic/c", conventions.GEN_AI_PROVIDER_NAME_VALUE_ANTHROPIC],
  ["google/d", conventions.GEN_AI_PROVIDER_NAME_VALUE_GCP_GEMINI],
  ["xai/e", conventions.GEN_AI_PROVIDER_NAME_VALUE_X_AI],
  ["groq/f", conventions.GEN_AI_PROVIDER_NAME_VALUE_GROQ],
])("the provider of %s has OpenTelemetry's name", async (model, name) => {
  const { span } = await measure({ fields: { model }, reply: failing });

  expect(span?.attributes["gen_ai.provider.name"]).toBe(name);
});

test.each([
  ["x".repeat(64), true],
  ["x".repeat(65), false],
  ["", false],
  ["!log-1", false],
  ["log-1!", false],
])("a log's id of %j is in the span: %s", async (logId, isIn) => {
  const reply = async () => Response.json({}, { headers: { "cf-aig-log-id": logId } });
  const { span } = await measure({ reply });

  expect(span?.attributes["ai_gateway.log_id"]).toBe(isIn ? logId : undefined);
});

const LONG = "a".repeat(40);

// printf web | openssl dgst -sha256 -hmac kkkk…
test.each([
  ["full", {}, "web"],
  ["metadata", { CALLERS: JSON.stringify([{ name: LONG, sha256 }]) }, LONG],
  ["none", {}, undefined],
  ["none", { CALLER_HASH_KEY: "k".repeat(64) }, "1e6c0cf7431d094484f6ab07"],
])("under %s a caller has the name that logs have, or none", async (collect, more, name) => {
  const { span, points } = await measure({ bindings: { COLLECT_LOGS: collect, ...more } });

  expect(span?.attributes["user.id"]).toBe(name);
  expect(byName(points[0])).toMatchObject({ caller: name ?? "" });
  // What is sampled is sampled for each caller by itself, by at most 96 bytes.
  expect(points[0]).toMatchObject({ indexes: [name?.slice(0, 32) ?? ""] });
});

test.each<[string, Scene, number, number]>([
  ["no model is asked", { route: "/v1/models", init: { method: "GET" } }, 0, 1],
  ["nobody knows the caller", { init: { headers: { authorization: "" } } }, 0, 1],
  ["health is looked at", { route: "/health", init: { method: "GET" } }, 0, 0],
  ["the caller records no trace", { init: { headers: { traceparent: `${PARENT}-00` } } }, 0, 1],
  ["the stack has no collector", { bindings: { TRACES: undefined } }, 0, 1],
  ["the stack has no data points", { bindings: { METRICS: undefined } }, 1, 0],
  ["no columns are declared", { bindings: { METRICS_COLUMNS: undefined } }, 1, 0],
  ["a binding is missing", { bindings: { STACK: undefined } }, 0, 0],
])("where %s, what is not measured is not sent", async (_, scene, spans, points) => {
  const measured = await measure(scene);

  expect(measured.bodies).toHaveLength(spans);
  expect(measured.points).toHaveLength(points);
  expect(Object(line()).telemetry).toBeUndefined();
});

test.each<[string, Scene, string]>([
  ["/", {}, "chat"],
  [CHAT, {}, "chat"],
  ["/v1/messages", { fields: { max_tokens: 9 } }, "chat"],
  ["/v1/responses", { fields: { input: "Hi", messages: undefined } }, "chat"],
  ["/v1/completions", { fields: { prompt: "Hi", messages: undefined } }, "text_completion"],
  ["/v1/embeddings", { fields: { input: "Hi", messages: undefined } }, "embeddings"],
])("a request to %s has the operation's name in OpenTelemetry", async (route, scene, operation) => {
  const method = route === "/" ? "GET" : "POST";
  const reply = async () => Response.json({ ...HI, data: [[1]] });
  const { span } = await measure({ ...scene, route, init: { method }, reply });

  expect(span).toMatchObject({
    name: `${operation} @cf/a/a`,
    attributes: {
      "gen_ai.operation.name": operation,
      "gen_ai.request.stream": false,
      "gen_ai.usage.input_tokens": 3,
      "http.route": route,
      "http.response.status_code": 200,
    },
  });
});

test.each([
  [[3, 4], 7],
  [[3, undefined], 3],
  [[undefined, undefined], undefined],
])("the tokens of calls for vectors, %j, are %s together", async (tokens, sum) => {
  const counts = tokens.map((prompt_tokens) => ({ usage: { prompt_tokens } })).values();
  const input = Array.from({ length: 101 }, () => "Hi");
  const reply: Run = async (_, { text = [] }) =>
    Response.json({ data: text.map(() => [1]), ...counts.next().value });
  const { span, points } = await measure({
    route: "/v1/embeddings",
    fields: { input, messages: undefined },
    reply,
  });

  expect(span?.attributes["gen_ai.usage.input_tokens"]).toBe(sum);
  expect(byName(points[0])).toMatchObject({
    inputTokens: sum ?? 0,
    hasUsage: sum === undefined ? 0 : 1,
  });
});

test("tokens are counted for spans alone as for data points alone", async () => {
  const [spans, points] = [
    await measure({ bindings: { METRICS: undefined } }),
    await measure({ bindings: { TRACES: undefined } }),
  ];

  expect(spans.span?.attributes).toMatchObject({ "gen_ai.usage.input_tokens": 3 });
  expect(byName(points.points[0])).toMatchObject({ inputTokens: 3, outputTokens: 1, hasUsage: 1 });
});

test("columns stand in the order that the deploy names", async () => {
  const columns = { blobs: ["caller", "route"], doubles: ["fallbacks", "status"] };
  const { points } = await measure({ bindings: { METRICS_COLUMNS: JSON.stringify(columns) } });

  expect(points).toEqual([{ indexes: ["web"], blobs: ["web", CHAT], doubles: [0, 200] }]);
});

const collect = () => new Response(null, { status: 503 });
const write = () => {
  throw new Error("of-the-platform");
};
const LOST = "1 span lost: the collector answered 503";
const UNWRITTEN = "the data point was not written";

test.each<[string, Scene, string]>([
  ["spans are lost", { collect }, LOST],
  ["a data point is not written", { write }, UNWRITTEN],
  ["both fail", { collect, write }, `${UNWRITTEN}; ${LOST}`],
])("where %s, the caller has its answer, and the line says so", async (_, scene, expected) => {
  const { answer } = await measure(scene);

  expect(answer).toMatchObject({ status: 200 });
  expect(line()).toMatchObject({ status: 200, telemetry: expected });
});
