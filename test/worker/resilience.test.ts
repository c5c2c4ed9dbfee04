import { expect, test } from "vitest";

import { silent } from "../support/wire.ts";
import {
  chatBody,
  errorOf,
  modelsBinding,
  startWorker,
  type Reply,
  type WireCall,
} from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const WITH_FALLBACK = { FALLBACKS: '["@cf/new/model"]' };
const HELLO: Reply = { headers: { "cf-aig-log-id": "log-2" }, body: { response: "hello" } };

const modelOf = ({ headers }: WireCall) => headers["mf-header-cf-consn-model-id"];

/** The first model fails so, the second answers. */
function failing(reply: Reply) {
  return (call: WireCall) => (modelOf(call) === "@cf/old/model" ? reply : HELLO);
}

/** A body that never comes. */
const silence = (): Reply => ({ pieces: silent() });

async function* halfAnswer() {
  yield '{"response":';
  throw new Error("connection reset");
}

test.each<[string, Reply]>([
  ["is busy", { status: 429, body: { errors: [{ code: 3040, message: "no capacity" }] } }],
  ["is broken", { status: 500, body: {} }],
  ["gave nothing to the gateway", { status: 400, body: { internalCode: 2005 } }],
  ["is unavailable", { status: 503, body: {} }],
  ["breaks off", { headers: { "content-type": "application/json" }, pieces: halfAnswer() }],
])("where a model %s, the stack's fallback answers, and says so", async (_, reply) => {
  const worker = await startWorker({ bindings: WITH_FALLBACK, reply: failing(reply) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(await response.json()).toMatchObject({ model: "@cf/new/model" });
  expect(response.headers.get("x-model")).toBe("@cf/new/model");
  expect(response.headers.get("x-log-id")).toBe("log-2");
  expect(worker.calls.map(modelOf)).toEqual(["@cf/old/model", "@cf/new/model"]);
  const [first, second] = worker.calls.map(({ body }) => Object(body.options).gateway);
  expect(first).toEqual(second);
});

test.each<[string, Reply]>([
  ["the request is at fault", { status: 400, body: { internalCode: 2019 } }],
  ["a guardrail blocks", { status: 424, body: { internalCode: 2016 } }],
  ["the money is gone", { status: 402, body: {} }],
  ["a provider calls the request wrong", { status: 400, body: { error: { message: "no stop" } } }],
  ["a provider does not know the model", { status: 404, body: { error: { message: "no" } } }],
  ["the prompt is too long", { status: 413, body: { errors: [{ code: 5021 }] } }],
  ["the day's allocation is used up", { status: 429, body: { errors: [{ code: 4006 }] } }],
  [
    "the gateway's own limit is met, as by every model",
    { status: 429, body: { internalCode: 2003 } },
  ],
  ["a provider refuses the stored key", { status: 401, body: { error: { message: "wrong key" } } }],
  ["the gateway is missing", { status: 400, body: { internalCode: 2001 } }],
])("where %s, no other model is asked", async (_, reply) => {
  const worker = await startWorker({ bindings: WITH_FALLBACK, reply: failing(reply) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.status).not.toBe(200);
  expect(worker.calls).toHaveLength(1);
});

test("where every model fails, the last one's failure is told, with its log or none", async () => {
  const reply = (call: WireCall): Reply =>
    modelOf(call) === "@cf/old/model"
      ? { status: 500, headers: { "cf-aig-log-id": "log-1" }, body: {} }
      : { status: 429, headers: { "retry-after": "7" }, body: { errors: [{ code: 3040 }] } };
  const worker = await startWorker({ bindings: WITH_FALLBACK, reply });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("7");
  expect(response.headers.get("x-log-id")).toBeNull();
  expect(response.headers.get("x-model")).toBe("@cf/new/model");
});

test("a model that says nothing in time is a 504", async () => {
  const worker = await startWorker({
    bindings: { TIMEOUT_MS: "200" },
    reply: () => silence(),
  });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.status).toBe(504);
  expect(await errorOf(response)).toMatchObject({ code: "upstream_timeout" });
});

test("a model that is too slow is left for the fallback, which has the time anew", async () => {
  const worker = await startWorker({
    bindings: { ...WITH_FALLBACK, TIMEOUT_MS: "1500" },
    reply: (call) => (modelOf(call) === "@cf/old/model" ? silence() : HELLO),
  });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.headers.get("x-model")).toBe("@cf/new/model");
});

test.each<[string, Reply["headers"], string | null]>([
  ["in seconds", { "retry-after": "7" }, "7"],
  [
    "as a date",
    { "retry-after": "Fri, 27 Nov 2026 10:00:00 GMT" },
    "Fri, 27 Nov 2026 10:00:00 GMT",
  ],
  ["in no known form", { "retry-after": "soon" }, null],
  ["nowhere", {}, null],
])("when a busy model may answer again is passed on, said %s", async (_, headers = {}, sent) => {
  const worker = await startWorker({ reply: () => ({ status: 429, headers, body: "<html>" }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(await errorOf(response)).toMatchObject({ code: "rate_limit_exceeded" });
  expect(response.headers.get("retry-after")).toBe(sent);
  expect(response.headers.get("x-should-retry")).toBeNull();
});

test("the gateway's own limit names a time to come back, which the gateway does not", async () => {
  const worker = await startWorker({
    reply: () => ({ status: 429, body: { internalCode: 2003 } }),
  });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.headers.get("retry-after")).toBe("10");
});

test.each<[string, Reply]>([
  ["a wrong deployment", { status: 401, body: { internalCode: 2009 } }],
  ["an empty account", { status: 402, body: {} }],
])("SDKs are told not to repeat what no repeat mends: %s", async (_, reply) => {
  const worker = await startWorker({ reply: () => reply });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.headers.get("x-should-retry")).toBe("false");
});

test("a missing binding is not repeated either", async () => {
  const worker = await startWorker({ bindings: { STACK: undefined } });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.status).toBe(500);
  expect(response.headers.get("x-should-retry")).toBe("false");
});

test("a model of Workers AI queues only where no other follows", async () => {
  const models = ["@cf/old/model", "openai/x", "@cf/new/model"];
  const worker = await startWorker({
    bindings: { MODELS: modelsBinding(...models), FALLBACKS: JSON.stringify(models.slice(1)) },
    reply: () => ({ status: 503, body: {} }),
  });

  await worker.ask(CHAT, { method: "POST", body: chatBody() });

  const options = worker.calls.map(({ body }) => Object(body.options).rejectIfBusy);
  expect(options).toEqual([true, undefined, undefined]);
});
