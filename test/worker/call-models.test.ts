/** One model after the other: which is called, with what, and whose failure is told. */
import { setImmediate } from "node:timers/promises";

import * as v from "valibot";
import { expect, test, vi } from "vitest";

import { parseJson } from "../../worker/json.ts";
import { checkEnv, type AiBinding, type Caller } from "../../worker/chat/env.ts";
import { openMeasures } from "../../worker/chat/line/measures.ts";
import { openLine } from "../../worker/chat/line/request-line.ts";
import { continueTrace } from "../../worker/chat/line/trace.ts";
import { findModel, modelsOf, withFallbacks } from "../../worker/chat/models/choice.ts";
import {
  describeFailure,
  isWorthAnother,
  retryHeaders,
} from "../../worker/chat/models/failures.ts";
import { callModels } from "../../worker/chat/models/request.ts";
import { isEventStream, logIdOf, readBody } from "../../worker/chat/models/response.ts";
import {
  badRequest,
  checkRequest,
  errorBody,
  isHopeless,
  parseObject,
  RefusalError,
  unknownFields,
} from "../../worker/chat/refusal.ts";
import { BINDINGS } from "../support/bindings.ts";
import { modelOf, models } from "../support/models.ts";
import { refusalOf } from "../support/responses.ts";

const IDS = ["@cf/a/a", "@cf/a/b", "openai/c"];
const MODELS = JSON.stringify(models(...IDS));

type Reply = (model: string, signal: AbortSignal) => Response | Promise<Response>;

const ok = () => new Response("{}", { headers: { "cf-aig-log-id": "log-1" } });
const busy = () => new Response('{"error":"busy"}', { status: 503 });

/** Calls the models, whose inputs are their ids, and whose answers are read as texts. */
function calling(reply: Reply, changes: object = {}, bindings: object = {}) {
  const run = vi.fn<AiBinding["run"]>(async (model, _, { signal }) => reply(model, signal));
  const env = checkEnv({ ...BINDINGS, MODELS, ...bindings, AI: { run } });
  const trace = continueTrace(undefined);
  const line = openLine("POST", trace);
  const measures = openMeasures();
  const answer = callModels(
    { env, line, measures, trace, caller: "web" },
    {
      models: models(...IDS),
      inputsFor: ({ id }) => ({ id }),
      read: async (response, model, isLast) => ({ text: await response.text(), model, isLast }),
      ...changes,
    },
  ).catch((error: unknown) => error);
  return { answer, run, line, measures, trace };
}

/** Waits for more turns of the event loop than anything takes that waits for nothing. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

const called = ({ run }: ReturnType<typeof calling>) => run.mock.calls.map(([model]) => model);

test("the first model that answers is the last that is called", async () => {
  const scene = calling((model) => (model === "@cf/a/a" ? busy() : ok()));

  expect(await scene.answer).toMatchObject({ text: "{}", model: { id: "@cf/a/b" }, isLast: false });
  expect(called(scene)).toEqual(["@cf/a/a", "@cf/a/b"]);
  expect(scene.line).toMatchObject({ model: "@cf/a/b", logId: "log-1" });
  expect(scene.measures).toMatchObject({ requested: "@cf/a/a", fallbacks: 1 });
});

test("the last model's failure is told, and it knows that it is the last", async () => {
  const read = vi.fn<() => Promise<never>>(async () => {
    throw new RefusalError({ status: 502, code: "bad_model_output", message: "m" });
  });
  const scene = calling((model) => (model === "openai/c" ? ok() : busy()), { read });

  expect(await scene.answer).toMatchObject({ refusal: { code: "bad_model_output" } });
  expect(read.mock.calls).toMatchObject([[{}, { id: "openai/c" }, true]]);
  expect(scene.measures.fallbacks).toBe(2);
});

test("a call has the stack's gateway and the request's ids, and queues only where it must", async () => {
  const { run, line, trace, answer } = calling(busy);
  await answer;
  const signal = expect.any(AbortSignal);
  const gateway = {
    id: "app-test",
    collectLog: true,
    eventId: line.eventId,
    metadata: { stack: "test", caller: "web", release: "abc123", route: "other" },
  };
  const extraHeaders = {
    "cf-aig-collect-log-payload": "false",
    "cf-aig-otel-trace-id": trace.traceId,
    "cf-aig-otel-parent-span-id": trace.spanId,
  };
  const common = { gateway, extraHeaders, returnRawResponse: true, signal };

  expect(run.mock.calls).toEqual([
    ["@cf/a/a", { id: "@cf/a/a" }, { ...common, rejectIfBusy: true }],
    ["@cf/a/b", { id: "@cf/a/b" }, { ...common, rejectIfBusy: true }],
    ["openai/c", { id: "openai/c" }, common],
  ]);
});

test("no model is told not to queue but one of Workers AI that another stands in for", async () => {
  const { run, answer } = calling(busy, { models: models("openai/c", "@cf/a/a") });
  await answer;

  expect(run.mock.calls.map(([model]) => model)).toEqual(["openai/c", "@cf/a/a"]);
  for (const [, , options] of run.mock.calls) expect(options).not.toHaveProperty("rejectIfBusy");
});

const GATEWAY_LIMIT = describeFailure(429, { internalCode: 2003 });

test.each([
  ["5", "5"],
  ["12.50", "12.50"],
  ["Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"],
  ["x12", undefined],
  ["12x", undefined],
  ["12.x", undefined],
  ["soon", undefined],
  [undefined, undefined],
])("a failed answer's retry-after of %s reaches the caller as %s", (sent, passed) => {
  const headers = new Headers(sent === undefined ? {} : { "retry-after": sent });

  expect(retryHeaders(headers, describeFailure(503, {}))).toEqual(
    passed === undefined ? {} : { "retry-after": passed },
  );
  // The gateway's own limit, whose period is not known.
  expect(retryHeaders(headers, GATEWAY_LIMIT)).toEqual({ "retry-after": passed ?? "10" });
});

test("no other model is asked where the gateway's own limit is full", () => {
  expect(isWorthAnother(GATEWAY_LIMIT)).toBe(false);
  expect(isWorthAnother(describeFailure(429, {}))).toBe(true);
});

test.each([
  ["none", { collectLog: false }, "false"],
  ["metadata", { collectLog: true }, "false"],
  ["full", { collectLog: true }, "true"],
])(
  "where %s of a call is collected, the gateway is told so",
  async (COLLECT_LOGS, gateway, sent) => {
    const { run, answer } = calling(ok, {}, { COLLECT_LOGS });
    await answer;

    expect(run.mock.lastCall?.[2]).toMatchObject({
      gateway,
      extraHeaders: { "cf-aig-collect-log-payload": sent },
    });
  },
);

const without = (...ids: readonly string[]) => ({
  inputsFor: ({ id }: { readonly id: string }) => {
    if (ids.includes(id)) throw badRequest("unsupported_parameter", `${id} cannot`);
    return { id };
  },
});

test.each<[string, readonly string[], Reply, readonly string[], object]>([
  [
    "the first cannot hold, though another could",
    ["@cf/a/a"],
    ok,
    [],
    { message: "@cf/a/a cannot" },
  ],
  [
    "a fallback cannot hold, and passes over",
    ["@cf/a/b"],
    (model) => (model === "openai/c" ? ok() : busy()),
    ["@cf/a/a", "openai/c"],
    { text: "{}" },
  ],
  [
    "no fallback can hold, and the first one's failure is told",
    ["@cf/a/b", "openai/c"],
    busy,
    ["@cf/a/a"],
    { refusal: { code: "upstream_unavailable" } },
  ],
])("a request that %s", async (_, ids, reply, models_, expected) => {
  const scene = calling(reply, without(...ids));

  expect(await scene.answer).toMatchObject(expected);
  expect(called(scene)).toEqual(models_);
});

test.each<[string, Reply, string, string | undefined]>([
  ["does not answer", () => Promise.reject(new Error("reset")), "upstream_error", "Error: reset"],
  [
    "takes what cannot be written",
    () => Promise.reject(new RangeError("deep")),
    "invalid_request",
    "RangeError: deep",
  ],
  [
    "takes too long",
    (_, signal) =>
      new Promise((__, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    "upstream_timeout",
    "Error: aborted",
  ],
  ["is at fault", busy, "upstream_unavailable", undefined],
])("a model that %s is described so", async (_, reply, code, cause) => {
  const bindings = code === "upstream_timeout" ? { TIMEOUT_MS: "10" } : {};
  const scene = calling(reply, { models: models("@cf/a/a") }, bindings);

  expect(await scene.answer).toMatchObject({ refusal: { code } });
  expect(scene.line.cause).toBe(cause);
  expect(scene.run).toHaveBeenCalledOnce();
});

test("a fault of ours is no failure of a model", async () => {
  const read = async () => Promise.reject(new TypeError("ours"));
  const scene = calling(ok, { read });

  expect(await scene.answer).toEqual(new TypeError("ours"));
  expect(called(scene)).toEqual(["@cf/a/a"]);
});

test("where no model is left to call, none answered", async () => {
  expect(await calling(ok, { models: [] }).answer).toMatchObject({
    refusal: { code: "upstream_error" },
  });
});

test("the log of a failed model is not the next one's", async () => {
  const logged = () => new Response("{}", { status: 503, headers: { "cf-aig-log-id": "log-1" } });
  const scene = calling((model) => (model === "@cf/a/a" ? logged() : new Response("{}")));

  await scene.answer;
  expect(scene.line).not.toHaveProperty("logId");
});

test.each([
  [true, { "content-type": "Text/Event-Stream; charset=utf-8" }, false],
  [true, { "content-type": "application/json" }, true],
  [true, {}, true],
  [false, { "content-type": "text/event-stream" }, true],
])(
  "asked to stream: %s, an answer with %j waits for its end: %s",
  async (isStreamed, headers, waits) => {
    const { promise, resolve } = Promise.withResolvers<"waited">();
    const body = new ReadableStream({
      pull: async (controller) => {
        await promise;
        controller.close();
      },
    });
    const { answer } = calling(() => new Response(body, { headers }), {
      isStreamed,
      read: async () => "read",
    });

    const first = await Promise.race([answer, turns().then(() => "waits")]);
    resolve("waited");
    expect(first).toBe(waits ? "waits" : "read");
    expect(await answer).toBe("read");
  },
);

test.each([
  [{ "content-type": "text/event-stream" }, true],
  [{ "content-type": "application/text/event-stream" }, false],
  [{}, false],
])("an answer with %j is a stream of events: %s", (headers, expected) => {
  expect(isEventStream(new Response(null, { headers }))).toBe(expected);
  expect(logIdOf(new Response(null, { headers }))).toBeUndefined();
});

test("a body is JSON, or the text that it is", async () => {
  expect(await readBody(new Response('{"a":1}'))).toEqual({ a: 1 });
  expect(await readBody(new Response("busy"))).toBe("busy");
  expect(parseJson("{")).toBeUndefined();
});

const SHAPE = v.object({});

const caller = (own?: readonly string[]): Pick<Caller, "models"> => ({
  ...(own && { models: [...own] }),
});

test("a caller has its own models, or all, in the stack's order", () => {
  const env = checkEnv({ ...BINDINGS, MODELS, AI: { run: () => undefined } });
  const idsFor = (own?: readonly string[]) => modelsOf(env, caller(own)).map(({ id }) => id);

  expect(idsFor()).toEqual(IDS);
  expect(idsFor(["openai/c", "@cf/a/a", "x"])).toEqual(["@cf/a/a", "openai/c"]);
});

test("fallbacks follow in the stack's order, once, and as far as they are the caller's", () => {
  const all = models(...IDS);
  const fallbacks = (asked: string, FALLBACKS: string[], mine = all) =>
    withFallbacks({ FALLBACKS }, mine, findModel(all, asked)).map(({ id }) => id);

  expect(fallbacks("@cf/a/a", [])).toEqual(["@cf/a/a"]);
  expect(fallbacks("@cf/a/a", ["openai/c", "@cf/a/b"])).toEqual(["@cf/a/a", "openai/c", "@cf/a/b"]);
  expect(fallbacks("@cf/a/b", ["openai/c", "@cf/a/b"])).toEqual(["@cf/a/b", "openai/c"]);
  expect(fallbacks("@cf/a/a", ["openai/c", "@cf/a/b"], all.slice(0, 2))).toEqual([
    "@cf/a/a",
    "@cf/a/b",
  ]);
});

test("a model is found by its id or its name, and else named with those there are", () => {
  const served = [{ ...modelOf("@cf/a/a"), name: "small" }, modelOf("openai/c")];

  expect(findModel(served, "small")).toBe(served[0]);
  expect(findModel(served, "@cf/a/a")).toBe(served[0]);
  expect(refusalOf(() => findModel(served, "x".repeat(100)))).toEqual({
    status: 404,
    code: "model_not_found",
    param: "model",
    message: `model "${"x".repeat(100)}" is not served here; served are @cf/a/a, small, openai/c`,
  });
  expect(refusalOf(() => findModel(served, "x".repeat(101))).message).toContain(
    `"${"x".repeat(100)}…"`,
  );
});

test.each([
  ["{", "body is not JSON"],
  ["[]", "body is not a JSON object"],
  ["null", "body is not a JSON object"],
  ["5", "body is not a JSON object"],
])("the body %s is refused", (body, message) => {
  expect(refusalOf(() => parseObject(body))).toEqual({
    status: 400,
    code: "invalid_json",
    message,
  });
});

test("at most twenty fields that are not known are named, as far as they look like fields", () => {
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`f${index}`, 1]));

  expect(unknownFields({ a: 1, b: null, c: 0, "d e": 1, "": 1, "5": 1 }, { a: 1 })).toEqual(["c"]);
  expect(unknownFields(many)).toHaveLength(20);
  expect(unknownFields({ ["x".repeat(64)]: 1, ["y".repeat(65)]: 1 })).toEqual(["x".repeat(64)]);
  expect(unknownFields({ toString: 1 }, {})).toEqual(["toString"]);
});

test.each<[object, boolean]>([
  [{}, false],
  [{ n: 1 }, false],
  [{ n: null }, false],
  [{ n: 2 }, true],
  [{ n: [1] }, true],
])("of a field that is not served the usual values alone pass: %j", (json, isRefused) => {
  const check = () => checkRequest(json, SHAPE, { n: [1], valueOf: [] });
  const refusal = isRefused ? refusalOf(check) : check();

  expect(refusal).toEqual(
    isRefused
      ? {
          status: 400,
          code: "unsupported_parameter",
          param: "n",
          message: "n is not supported; leave it out",
        }
      : {},
  );
});

test.each([
  ["gateway_misconfigured", true],
  ["misconfigured", true],
  ["insufficient_quota", true],
  ["rate_limit_exceeded", false],
] as const)("a repeat after %s is hopeless: %s", (code, expected) => {
  expect(isHopeless({ status: 500, code, message: "" })).toBe(expected);
});

test("an error has its field, its ids, and the type of its status", () => {
  const refusal = { status: 403, code: "cross_site", message: "m" } as const;
  const error = { message: "m", type: "permission_error", code: "cross_site" };

  expect(errorBody(refusal)).toEqual({ error: { ...error, param: null } });
  expect(errorBody({ ...refusal, param: "p" }, { a: 1 })).toEqual({
    error: { ...error, param: "p", a: 1 },
  });
  expect(badRequest("invalid_value", "m").refusal).not.toHaveProperty("param");
});
