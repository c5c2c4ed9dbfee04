/** The spans that a Worker sends, as a collector gets them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, expectTypeOf, test } from "vitest";

import type { Operation } from "../../worker/chat/endpoints/endpoint.ts";
import type { ResourceAttributes, SpanAttributes } from "../../worker/chat/telemetry/span.ts";
import { startTraced } from "../support/collector.ts";
import { GATED, MODEL_WAYS, REPLIES } from "../support/endpoint-requests.ts";
import { encodeByOpenTelemetry } from "../support/otlp.ts";
import { waitFor } from "../support/project.ts";
import { ROOT } from "../support/settings.ts";
import { endless, event, stream } from "../support/wire.ts";
import { chatBody, startWorker, TOKEN, type Reply } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const FALLBACK = { FALLBACKS: '["@cf/new/model"]' };
const post = (changes: object = {}) => ({ method: "POST", body: chatBody({ ...changes }) });

/** The attributes whose type takes any text. */
type Loose<T> = { [K in keyof T]: string extends T[K] ? K : never }[keyof T];

test("no attribute of a span has a type that takes any text", () => {
  expectTypeOf<Loose<SpanAttributes>>().toEqualTypeOf<never>();
  expectTypeOf<Loose<ResourceAttributes>>().toEqualTypeOf<never>();
});

test("an answer sends one span, under the names of OpenTelemetry's conventions", async () => {
  const worker = await startTraced();

  const response = await worker.ask(CHAT, post());

  const [span] = await worker.spansOf();
  const [, traceId, spanId] = response.headers.get("traceparent")?.split("-") ?? [];
  expect(span).toEqual({
    traceId,
    spanId,
    flags: 0x1_01,
    name: "chat @cf/old/model",
    kind: 3,
    startTimeUnixNano: expect.any(String),
    endTimeUnixNano: expect.any(String),
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "cloudflare.workers_ai",
      "gen_ai.request.model": "@cf/old/model",
      "gen_ai.request.stream": false,
      "gen_ai.response.model": "@cf/old/model",
      "gen_ai.usage.input_tokens": 3,
      "gen_ai.usage.output_tokens": 1,
      "http.route": CHAT,
      "http.response.status_code": 200,
      "user.id": "web",
      "ai_gateway.event_id": response.headers.get("x-event-id"),
      "ai_gateway.log_id": "log-1",
      "ai_gateway.fallbacks": 0,
    },
    status: {},
  });
  expect(worker.exports[0]?.resource).toEqual({
    "service.name": "chat-test",
    "service.version": "abc123",
    "deployment.environment.name": "production",
    "ai_gateway.stack": "test",
    "ai_gateway.id": "app-test",
  });
  expect(worker.exports[0]?.headers.get("authorization")).toBe("Bearer of-the-collector");
});

test("a span is encoded as OpenTelemetry's own SDK encodes it", async () => {
  const worker = await startTraced();
  const headers = { authorization: `Bearer ${TOKEN}`, traceparent: PARENT };

  await worker.ask(CHAT, { ...post(), headers });
  await worker.ask(CHAT, post({ n: 7 }));
  await worker.spansOf(2);

  for (const each of worker.exports) {
    expect(encodeByOpenTelemetry(each)).toMatchObject(JSON.parse(each.body));
  }
});

test("each name of an attribute is one of the conventions, or says that it is our own", async () => {
  const worker = await startTraced({ bindings: FALLBACK });
  await (await worker.ask(CHAT, post({ stream: true }))).text();
  const [span] = await worker.spansOf();
  const known = new Set<unknown>(Object.values(conventions));

  const names = [worker.exports[0]?.resource, span?.attributes].flatMap((all) =>
    Object.keys(all ?? {}),
  );
  const others = names.filter((name) => !known.has(name));
  expect(others.filter((name) => !name.startsWith("ai_gateway."))).toEqual([]);
  const page = await readFile(join(ROOT, "docs/decisions/telemetry.md"), "utf8");
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test("a stream's span has its tokens, its first event and its end", async () => {
  async function* pieces() {
    await new Promise((resolve) => setTimeout(resolve, 20));
    yield event({ choices: [{ index: 0, delta: { content: "Hello" } }] });
    const usage = {
      prompt_tokens: 30,
      completion_tokens: 12,
      total_tokens: 42,
      prompt_tokens_details: { cached_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 5 },
    };
    yield event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage });
    yield event("[DONE]");
  }
  const worker = await startTraced({ reply: () => ({ pieces: pieces() }) });

  await (await worker.ask(CHAT, post({ stream: true }))).text();

  const [span] = await worker.spansOf();
  expect(span?.attributes).toMatchObject({
    "gen_ai.request.stream": true,
    "gen_ai.usage.input_tokens": 30,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.usage.cache_read.input_tokens": 20,
    "gen_ai.usage.reasoning.output_tokens": 5,
    "ai_gateway.stream.end": "complete",
  });
  const first = Number(span?.attributes["gen_ai.response.time_to_first_chunk"]);
  expect(first).toBeGreaterThan(0.01);
  expect(first).toBeLessThan(60);
  expect(span?.status).toEqual({});
});

test("a stream that its caller leaves is no error", async () => {
  const worker = await startTraced({ reply: () => endless().reply });
  const caller = new AbortController();

  const headers = { authorization: `Bearer ${TOKEN}` };
  const asked = { ...post({ stream: true }), headers, signal: caller.signal };
  await (await worker.ask(CHAT, asked)).body?.getReader().read();
  caller.abort();

  const [span] = await worker.spansOf();
  expect(span?.attributes).toMatchObject({ "ai_gateway.stream.end": "cancelled" });
  expect(span?.status).toEqual({});
});

test("every endpoint that asks a model sends a span of its operation", async () => {
  const worker = await startTraced(REPLIES);

  for (const { path, method, body } of MODEL_WAYS) {
    await (await worker.ask(path, { method, body: body() })).text();
  }

  const spans = await worker.spansOf(MODEL_WAYS.length);
  const sent = spans.map(({ attributes }) => [
    attributes["http.route"],
    attributes["gen_ai.operation.name"],
    attributes["gen_ai.request.stream"],
  ]);
  expect(sent).toEqual(
    MODEL_WAYS.map(({ route, operation, isStreamed }) => [route, operation, isStreamed]),
  );
  const known: ReadonlySet<unknown> = new Set(Object.values(conventions));
  for (const [, operation] of sent) expect(known).toContain(operation);
  expectTypeOf<Operation>().toEqualTypeOf<"chat" | "text_completion" | "embeddings">();
});

test("no span is sent where no model is asked, and none for a caller that nobody knows", async () => {
  const worker = await startTraced(REPLIES);
  const others = GATED.filter(({ operation }) => operation === undefined);

  for (const { path, method, body } of others) {
    await (await worker.ask(path, { method, body: body() })).text();
  }
  await worker.ask(CHAT, { ...post(), headers: { authorization: "Bearer wrong" } });

  expect(await worker.spansOf(others.length + 1)).toEqual([]);
});

test("a span is the child of its caller's, and is not sent where the caller records none", async () => {
  const worker = await startTraced();
  const ask = (traceparent: string) =>
    worker.ask(CHAT, { ...post(), headers: { authorization: `Bearer ${TOKEN}`, traceparent } });

  const recorded = await ask(PARENT);
  const unrecorded = await ask(PARENT.replace(/01$/, "00"));

  const spans = await worker.spansOf(2);
  expect(spans).toMatchObject([
    {
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      parentSpanId: "00f067aa0ba902b7",
      spanId: recorded.headers.get("traceparent")?.split("-")[2],
      flags: 0x3_01,
    },
  ]);
  expect(recorded.headers.get("traceparent")).toMatch(/-01$/);
  expect(unrecorded.headers.get("traceparent")).toMatch(/-00$/);
});

test("a collector at another address gets no secret header", async () => {
  const elsewhere = { status: 307, headers: { location: "https://elsewhere.test/" } };
  const worker = await startTraced({}, () => elsewhere);

  expect((await worker.ask(CHAT, post())).status).toBe(200);
  await worker.spansOf();
  expect(JSON.parse(worker.lines[0] ?? "").telemetry).toBe(
    "1 span lost: the collector answered 307",
  );
});

test("a collector that cannot be asked is reported without the secret of its header", async () => {
  const headers = JSON.stringify({ authorization: "of-the-collector\nx" });
  const worker = await startTraced({ bindings: { TRACES_HEADERS: headers } });

  await worker.ask(CHAT, post());

  await worker.spansOf();
  const [line = ""] = worker.lines;
  expect(JSON.parse(line).telemetry).toBe("1 span lost: the collector cannot be reached");
  expect(line).not.toContain("of-the-collector");
});

test("an answer waits for no collector, and spans that end meanwhile go together", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<Reply>();
  const worker = await startTraced({}, () => held);

  // Each answer comes while the collector has not answered to the first.
  for (let request = 0; request < 4; request++) {
    expect((await worker.ask(CHAT, post())).status).toBe(200);
  }
  await waitFor(
    () => (worker.lines.length === 3 ? worker.lines : undefined),
    () => worker.lines.join("\n"),
  );
  release({ body: {} });

  await worker.spansOf(4);
  expect(worker.exports.map(({ spans }) => spans.length)).toEqual([1, 3]);
});

test("a Worker without a collector sends nothing", async () => {
  const worker = await startWorker({ reply: () => stream("newer", { text: "Hello" }) });

  const response = await worker.ask(CHAT, post({ stream: true }));

  // Nothing may be fetched here.
  expect(await response.text()).toContain("[DONE]");
});
