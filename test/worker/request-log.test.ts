import { expect, test } from "vitest";

import { MODEL_WAYS, REPLIES, WAYS } from "../support/endpoint-requests.ts";
import { waitFor } from "../support/project.ts";
import {
  chatBody,
  errorOf,
  startWorker,
  TOKEN,
  type RunningWorker,
  type WorkerScene,
} from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SECRET = "planted-secret";

/** The lines of one request, parsed. */
async function linesOf(worker: RunningWorker, count = 1): Promise<unknown[]> {
  const lines = await waitFor(
    () => (worker.lines.length >= count ? worker.lines : undefined),
    () => worker.lines.join("\n"),
  );
  return lines.map((line) => JSON.parse(line));
}

test("an answer leaves one line with what finds its log, and nothing of its content", async () => {
  const worker = await startWorker();
  const body = chatBody({ messages: [{ role: "user", content: SECRET }] });

  const response = await worker.ask(CHAT, { method: "POST", body });

  expect(await linesOf(worker)).toEqual([
    {
      message: "request",
      eventId: response.headers.get("x-event-id"),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      method: "POST",
      route: CHAT,
      caller: "web",
      model: "@cf/old/model",
      logId: "log-1",
      status: 200,
      durationMs: expect.any(Number),
    },
  ]);
});

test.each<[string, WorkerScene, RequestInit, object]>([
  [
    "a wrong token",
    {},
    { headers: { authorization: `Bearer ${SECRET}` } },
    { code: "invalid_api_key" },
  ],
  ["a body that is no JSON", {}, { method: "POST", body: SECRET }, { code: "invalid_json" }],
  [
    "a refused model",
    {},
    { method: "POST", body: chatBody({ model: SECRET }) },
    { code: "model_not_found" },
  ],
  [
    "an answer nobody can read",
    { reply: () => ({ body: SECRET }) },
    { method: "POST", body: chatBody() },
    { code: "bad_model_output", status: 502, model: "@cf/old/model" },
  ],
  [
    "a failure of the gateway",
    { reply: () => ({ status: 401, body: { internalCode: 2009, message: SECRET } }) },
    { method: "POST", body: chatBody() },
    { code: "gateway_misconfigured", status: 500 },
  ],
])("%s leaves one line with its code, without what was sent", async (_, scene, init, expected) => {
  const worker = await startWorker(scene);

  const response = await worker.ask(CHAT, init);

  const lines = await linesOf(worker);
  expect(lines).toMatchObject([{ status: response.status, ...expected }]);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test("a stream leaves its line when it has ended, with how it ended", async () => {
  async function* pieces() {
    yield 'data: {"response": "Hel"}\n\n';
  }
  const worker = await startWorker({ reply: () => ({ pieces: pieces() }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });
  await response.text();

  expect(await linesOf(worker)).toMatchObject([{ route: CHAT, status: 200, stream: "cut" }]);
});

test("a stream that its caller leaves has its line too", async () => {
  async function* pieces() {
    for (;;) {
      yield 'data: {"response": "more "}\n\n';
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const worker = await startWorker({ reply: () => ({ pieces: pieces() }) });
  const caller = new AbortController();

  const response = await worker.ask(CHAT, {
    method: "POST",
    body: chatBody({ stream: true }),
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: caller.signal,
  });
  await response.body?.getReader().read();
  caller.abort();

  expect(await linesOf(worker)).toMatchObject([{ route: CHAT, stream: "cancelled" }]);
});

test("every way in answers and leaves a line under its route, but for a look at the health", async () => {
  const worker = await startWorker(REPLIES);
  const [health, ...others] = WAYS;

  for (const { path, method, body } of WAYS) {
    await (await worker.ask(path, { method, body: body() })).text();
  }

  expect(health?.name).toBe("GET /health");
  expect(await linesOf(worker, others.length)).toMatchObject(
    others.map(({ method, route }) => ({ method, route, status: 200 })),
  );
  expect(worker.calls).toHaveLength(MODEL_WAYS.length);
});

test("a caller's trace goes on through the answer to the gateway's exporters", async () => {
  const worker = await startWorker();
  const headers = { authorization: `Bearer ${TOKEN}`, traceparent: PARENT };

  const response = await worker.ask("/", { headers });

  const [, traceId, spanId] = response.headers.get("traceparent")?.split("-") ?? [];
  expect(traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
  expect(spanId).not.toBe("00f067aa0ba902b7");
  expect(worker.calls[0]?.headers).toMatchObject({
    "mf-header-cf-aig-otel-trace-id": traceId,
    "mf-header-cf-aig-otel-parent-span-id": spanId,
  });
});

test.each([
  PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
  PARENT.replace("00f067aa0ba902b7", "0".repeat(16)),
  PARENT.toUpperCase(),
  `${PARENT}-more`,
  "x",
])("a trace that is none (%s) is replaced by a new one", async (traceparent) => {
  const worker = await startWorker();

  const response = await worker.ask("/health", { headers: { traceparent } });

  expect(response.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(response.headers.get("traceparent")).not.toContain("4bf92f3577b34da6a3ce929d0e0e4736-0");
});

test("an error carries what finds it, in its body too", async () => {
  const reply = () => ({
    status: 400,
    headers: { "cf-aig-log-id": "log-7" },
    body: { internalCode: 2005 },
  });
  const worker = await startWorker({ reply });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(await errorOf(response)).toMatchObject({
    code: "upstream_error",
    event_id: response.headers.get("x-event-id"),
    log_id: "log-7",
    trace_id: response.headers.get("traceparent")?.split("-")[1],
  });
  expect(response.headers.get("x-log-id")).toBe("log-7");
});

test("every answer forbids what a browser might do with it", async () => {
  const worker = await startWorker();

  for (const path of ["/", "/health", "/nowhere"]) {
    const { headers } = await worker.ask(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
    });
  }
});
