/** The whole Worker as one function: what each request gets, and the line that it leaves. */
import { createHash, createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";

import { expect, test, vi } from "vitest";

import { withOneV1 } from "../../worker/chat/endpoints/endpoint.ts";
import { noteUsage, openMeasures } from "../../worker/chat/line/measures.ts";
import { continueTrace, formatTrace } from "../../worker/chat/line/trace.ts";
import { models } from "../support/models.ts";
import {
  ask,
  errors,
  gateway,
  HI,
  line,
  lines,
  run,
  sha256,
  TOKEN,
  watchLines,
  type Init,
} from "../support/whole-worker.ts";

watchLines();

const ROOMY = { MAX_BODY_BYTES: "2000" };
const PATCH = { type: "custom", custom: { name: "patch" } };
const chat = (changes: object = {}) =>
  JSON.stringify({ model: "@cf/a/a", messages: [{ role: "user", content: "Hi" }], ...changes });
const post = (
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: NonNullable<Init["headers"]> = {},
): Init => ({ method: "POST", body, headers });
const CHAT = "/v1/chat/completions";
// Its hash of `web` has bytes below 16, whose first digit is 0.
const KEY = "a".repeat(32);
const SECOND = { authorization: "Bearer token-of-job" };
const TWO = JSON.stringify([
  { name: "web", sha256 },
  { name: "job", sha256: createHash("sha256").update("token-of-job").digest("hex") },
]);
const HIDDEN = createHmac("sha256", KEY).update("web").digest("hex").slice(0, 24);
const LARGE = "body has more than 200 bytes, the limit of this stack";
const NEITHER =
  "content-encoding is neither gzip nor deflate; leave it out, and send the body as it is";
const WITHOUT =
  "no valid token; send it as a bearer token or as x-api-key, or as the password in a browser";
const OTHER_SITE = "another site may not ask on your behalf; in a browser, type the address itself";
const WAYS = /^nothing answers GET \/x; see (?:(?:GET|POST) \/[^ ,]*, )+(?:GET|POST) \/[^ ,]*$/;

test.each<[string, string, Init, number, string, string | RegExp]>([
  ["no JSON", CHAT, post("{"), 400, "invalid_json", "body is not JSON"],
  ["no body", CHAT, post(null), 400, "invalid_json", "body is not JSON"],
  ["a body over the limit", CHAT, post("x".repeat(201)), 413, "request_too_large", LARGE],
  [
    "a length over the limit",
    CHAT,
    post("{}", { "content-length": "201" }),
    413,
    "request_too_large",
    LARGE,
  ],
  [
    "a body that unpacks to more",
    CHAT,
    post(new Uint8Array(gzipSync("x".repeat(201))), { "content-encoding": "gzip" }),
    413,
    "request_too_large",
    LARGE,
  ],
  [
    "what is not packed as it says",
    CHAT,
    post("{}", { "content-encoding": " X-GZIP " }),
    400,
    "invalid_encoding",
    "body is not gzip, as its content-encoding has it",
  ],
  [
    "what is not deflated",
    CHAT,
    post("{}", { "content-encoding": "deflate" }),
    400,
    "invalid_encoding",
    "body is not deflate, as its content-encoding has it",
  ],
  [
    "another encoding",
    CHAT,
    post("{}", { "content-encoding": "br" }),
    415,
    "unsupported_encoding",
    NEITHER,
  ],
  ["no token", CHAT, post("{}", { authorization: "" }), 401, "invalid_api_key", WITHOUT],
  [
    "another token",
    CHAT,
    post("{}", { authorization: "Bearer x" }),
    401,
    "invalid_api_key",
    WITHOUT,
  ],
  [
    "another site",
    "/",
    { headers: { "sec-fetch-site": "cross-site" } },
    403,
    "cross_site",
    OTHER_SITE,
  ],
  [
    "the same site",
    "/",
    { headers: { "sec-fetch-site": "same-site" } },
    403,
    "cross_site",
    OTHER_SITE,
  ],
  ["another origin", "/", { headers: { origin: "https://a.test" } }, 403, "cross_site", OTHER_SITE],
  ["a prefetch", "/", { headers: { "sec-purpose": "prefetch" } }, 403, "cross_site", OTHER_SITE],
  ["no such path", "/x", {}, 404, "not_found", WAYS],
  [
    "a base URL without /v1",
    "/chat/completions",
    post("{}"),
    404,
    "not_found",
    "nothing answers POST /chat/completions; the base URL lacks /v1, for POST /v1/chat/completions",
  ],
  [
    "a base URL with /v1 twice",
    "/v1/v1/models",
    {},
    404,
    "not_found",
    "nothing answers GET /v1/v1/models; the base URL has one /v1 too many, for GET /v1/models",
  ],
  [
    "a model that is not served",
    "/v1/models/x",
    {},
    404,
    "model_not_found",
    'model "x" is not served here; served are @cf/a/a, openai/b',
  ],
  [
    "a log id that is none",
    "/v1/feedback",
    post('{"log_id":"a/b","score":1}'),
    400,
    "invalid_value",
    "log_id: expected an id, as x-log-id has it",
  ],
  [
    "another score",
    "/v1/feedback",
    post('{"log_id":"a","score":2}'),
    400,
    "invalid_value",
    "score: expected -1 or 0 or 1",
  ],
])("%s is refused, in the body and in the line", async (_, path, init, status, code, message) => {
  const answer = await ask(path, init);

  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    error: {
      code,
      message: expect.stringMatching(typeof message === "string" ? exactly(message) : message),
    },
  });
  expect(line()).toMatchObject({ message: "request", status, code });
  expect(run).not.toHaveBeenCalled();
});

function exactly(text: string): RegExp {
  return new RegExp(`^${RegExp.escape(text)}$`);
}

test.each([
  ["POST", "/v1/models", "GET, HEAD", "GET /v1/models"],
  ["DELETE", CHAT, "POST", `POST ${CHAT}`],
  ["POST", "/v1/models/@cf/a/a", "GET, HEAD", "GET /v1/models/:id"],
])("%s %s is no way, and who asks is told which are", async (method, path, allow, ways) => {
  const { status, headers, body } = await ask(path, { method });

  expect(status).toBe(405);
  expect(headers.get("allow")).toBe(allow);
  expect(body).toMatchObject({
    error: {
      code: "method_not_allowed",
      message: `${path} does not take ${method}; see ${ways}`,
    },
  });
});

test("an unknown caller is told the schemes, and who may not repeat is told so", async () => {
  const unknown = await ask("/v1/models", { headers: { authorization: "" } });
  const broken = await ask("/health", {}, { GATEWAY_ID: "" });

  expect(unknown.headers.get("www-authenticate")).toBe(
    'Basic realm="token as password", Bearer realm="token"',
  );
  expect(unknown.headers.get("x-should-retry")).toBeNull();
  expect(broken.headers.get("x-should-retry")).toBe("false");
  expect(broken).toMatchObject({ status: 500, body: { error: { code: "misconfigured" } } });
});

test("a fault of ours is one in words that tell nothing, with its cause in the line", async () => {
  gateway.mockReturnValueOnce({
    getLog: async () => ({ metadata: "{" }),
  });
  const answer = await ask("/v1/feedback", post('{"log_id":"a","score":1}'));

  expect(answer).toMatchObject({
    status: 500,
    body: { error: { code: "internal_error", message: "internal error", type: "server_error" } },
  });
  expect(errors).toHaveLength(1);
  expect(line()).toMatchObject({ cause: expect.stringContaining("SyntaxError") });
});

test.each<[string, object, Init, string]>([
  ["a bearer token", {}, {}, "web"],
  ["its scheme in another case", {}, { headers: { authorization: `bEARER  ${TOKEN} ` } }, "web"],
  [
    "the password of a browser",
    {},
    { headers: { authorization: `Basic ${btoa(`:${TOKEN}`)}` } },
    "web",
  ],
  ["Anthropic's header", {}, { headers: { authorization: "", "x-api-key": TOKEN } }, "web"],
  [
    "Anthropic's header beside another",
    {},
    { headers: { authorization: "Bearer x", "x-api-key": TOKEN } },
    "web",
  ],
  [
    "no token where the stack is open",
    { ACCESS: "open", CALLERS: "[]" },
    { headers: { authorization: "" } },
    "anonymous",
  ],
  [
    "a page of the stack's",
    { ORIGINS: '["https://a.test"]' },
    { headers: { origin: "https://a.test", "sec-fetch-site": "cross-site" } },
    "web",
  ],
  ["the Worker's own page", {}, { headers: { origin: "https://worker.test" } }, "web"],
  ["its page's script", {}, { headers: { "sec-fetch-site": "same-origin" } }, "web"],
  ["the address bar", {}, { headers: { "sec-fetch-site": "none" } }, "web"],
  ["a hidden name", { CALLER_HASH_KEY: KEY }, {}, HIDDEN],
  ["the second token of the stack's", { CALLERS: TWO }, { headers: SECOND }, "job"],
])("a caller is known by %s", async (_, bindings, init, caller) => {
  expect((await ask("/v1/models", init, bindings)).status).toBe(200);
  expect(line()).toMatchObject({ caller, route: "/v1/models", status: 200 });
});

test.each<[string, Record<string, string>]>([
  ["a token with more after it", { authorization: `Bearer ${TOKEN} x` }],
  ["a token with more before it", { authorization: `x Bearer ${TOKEN}` }],
  ["an empty token", { authorization: "", "x-api-key": "" }],
])("nobody is known by %s", async (_, headers) => {
  const empty = createHash("sha256").update("").digest("hex");
  const CALLERS = JSON.stringify([
    { name: "web", sha256 },
    { name: "nobody", sha256: empty },
  ]);

  expect((await ask("/v1/models", { headers }, { CALLERS })).status).toBe(401);
});

test.each([
  ["2000-01-01", 401],
  [new Date().toISOString().slice(0, 10), 200],
  ["9999-12-31", 200],
])("a token that is good until %s gets %i", async (until, status) => {
  const CALLERS = JSON.stringify([{ name: "web", sha256, until }]);

  expect((await ask("/v1/models", {}, { CALLERS })).status).toBe(status);
});

// What a browser lets a page read anyway, and what protects the answer.
const UNREAD =
  /^(?:content-|cache-control|access-control-|vary$|referrer-policy|strict-|x-content-)/;

test("a page of the stack's may read every header of an answer that is for callers", async () => {
  const page = { headers: { origin: "https://a.test" } };
  const stack = { ...ROOMY, ORIGINS: '["https://a.test"]' };
  const full = { CALLER_LIMIT: { limit: async () => ({ success: false }) } };
  const broke = async () => Response.json({ internalCode: 2021 }, { status: 402 });
  const answers = [
    await ask(CHAT, { ...post(chat({ user: "u" })), ...page }, stack),
    await ask(CHAT, { ...post(chat()), ...page }, { ...stack, ...full }),
    await ask(CHAT, { ...post(chat()), ...page }, stack, broke),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429]);
  const names = answers.flatMap(({ headers }) => [...headers.keys()]);
  for (const { headers } of answers) {
    expect(headers.get("access-control-allow-origin")).toBe("https://a.test");
    expect(new Set(headers.get("access-control-expose-headers")?.split(","))).toEqual(
      new Set(names.filter((name) => !UNREAD.test(name))),
    );
  }
});

test("a browser may ask before it sends what a page of the stack's wants to send", async () => {
  const headers = {
    authorization: "",
    origin: "https://a.test",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,x-stainless-os",
  };
  const ahead = (ORIGINS: string) => ask(CHAT, { method: "OPTIONS", headers }, { ORIGINS });
  const answer = await ahead('["https://a.test"]');

  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "access-control-allow-origin": "https://a.test",
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "authorization,x-stainless-os",
    "access-control-max-age": "600",
  });
  expect((await ahead("[]")).status).toBe(403);
});

test("another page may read nothing", async () => {
  const page = (origin: string, ORIGINS: string) =>
    ask("/health", { headers: { origin } }, { ORIGINS });

  for (const answer of [
    await page("https://b.test", '["https://a.test"]'),
    await page("https://b.test", "[]"),
    await ask("/health"),
  ]) {
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a body of just the limit is read, whole, in whatever pieces", async () => {
  const body = chat({ messages: [{ role: "user", content: "é" }] }).padEnd(199, " ");
  const bytes = new TextEncoder().encode(body);
  const middle = bytes.indexOf(0xc3) + 1;
  const pieces = [bytes.slice(0, middle), bytes.slice(middle)];
  const stream = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const headers = { "content-length": String(bytes.length) };
  const answer = await ask(CHAT, { method: "POST", body: stream, headers, duplex: "half" });

  expect(bytes).toHaveLength(200);
  expect(answer.status).toBe(200);
  expect(run.mock.lastCall?.[1]).toMatchObject({ messages: [{ content: "é" }] });
});

test("an error has the ids that find it, and a line that took no longer than it did", async () => {
  const { headers, body } = await ask(CHAT, post("{"));

  expect(body).toMatchObject({
    error: {
      event_id: headers.get("x-event-id"),
      log_id: null,
      trace_id: headers.get("traceparent")?.split("-")[1],
    },
  });
  expect(headers.has("x-log-id")).toBe(false);
  expect(Object(line()).durationMs).toBeLessThan(60_000);
});

test("a caller over its limit is told to wait", async () => {
  const limit = vi.fn<(options: object) => Promise<object>>(async () => ({ success: false }));
  const answer = await ask("/v1/models", {}, { CALLER_LIMIT: { limit } });

  expect(answer).toMatchObject({
    status: 429,
    body: {
      error: {
        code: "rate_limit_exceeded",
        message: "too many requests of this caller; try again later",
      },
    },
  });
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(limit).toHaveBeenCalledExactlyOnceWith({ key: "web" });
});

test("the list of models is whole, and each is described by what it is asked as", async () => {
  const stack = { MODELS: JSON.stringify([{ ...models("@cf/meta/a")[0], name: "small" }]) };
  const described = (id: string) => ({
    id,
    object: "model",
    created: 0,
    owned_by: "meta",
    type: "model",
    display_name: id,
    created_at: "1970-01-01T00:00:00Z",
  });
  const small = { ...described("small"), root: "@cf/meta/a" };

  expect((await ask("/v1/models", {}, stack)).body).toEqual({
    object: "list",
    data: [described("@cf/meta/a"), small],
    has_more: false,
    first_id: "@cf/meta/a",
    last_id: "small",
  });
  expect((await ask("/v1/models/@cf/meta/a", {}, stack)).body).toEqual(described("@cf/meta/a"));
  expect((await ask("/v1/models/small", {}, stack)).body).toEqual(small);
});

test.each([
  ["/", "other"],
  ["/v1/models", "/v1/models"],
])("a look at the headers of %s asks no model", async (path, route) => {
  expect(await ask(path, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  expect(line()).toMatchObject({ method: "HEAD", route });
  expect(run).not.toHaveBeenCalled();
});

test("a caller whose models are not served has none, and gets no sample", async () => {
  const CALLERS = JSON.stringify([{ name: "web", sha256, models: ["gone/x"] }]);

  expect((await ask("/v1/models", {}, { CALLERS })).body).toEqual({
    object: "list",
    data: [],
    has_more: false,
    first_id: null,
    last_id: null,
  });
  expect(await ask("/", {}, { CALLERS })).toMatchObject({ status: 404 });
});

test("a sample answer is the model's text, without its reasoning", async () => {
  const message = { content: "hello", reasoning_content: "Hm" };
  const { body } = await ask("/", {}, {}, async () => Response.json({ choices: [{ message }] }));

  expect(body).toMatchObject({ answer: "hello" });
});

test("an answer leads to its log, its trace and its model, and leaves one line", async () => {
  const { status, headers, body } = await ask("/");
  const id = headers.get("x-event-id");

  expect(status).toBe(200);
  expect(body).toEqual({
    prompt: "In one sentence: what does an AI gateway do?",
    answer: "hello",
    model: "@cf/a/a",
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
    logId: "log-1",
    eventId: id,
  });
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-request-id": id,
    "request-id": id,
    "x-log-id": "log-1",
    "x-model": "@cf/a/a",
  });
  expect([...lines, ...errors].map((text): unknown => JSON.parse(text))).toEqual([
    {
      message: "request",
      eventId: id,
      traceId: headers.get("traceparent")?.split("-")[1],
      method: "GET",
      route: "/",
      caller: "web",
      model: "@cf/a/a",
      logId: "log-1",
      status: 200,
      durationMs: expect.any(Number),
    },
  ]);
});

test("a chat is answered, and what no model gets is named", async () => {
  const { headers, body } = await ask(CHAT, post(chat({ user: "u", top_k: 1 })));

  expect(body).toMatchObject({ choices: [{ message: { content: "hello" } }] });
  expect(headers.get("x-ignored-fields")).toBe("user, top_k");
  expect(line()).toMatchObject({ ignored: ["user", "top_k"], route: CHAT });
});

test.each<object>([
  { messages: [{ role: "assistant", content: "a", reasoning: "Hm" }] },
  { messages: [{ role: "user", content: "Hi" }], tools: [PATCH] },
])("the model that is asked gets a request's own fields: %j", async (fields) => {
  await ask(CHAT, post(JSON.stringify({ model: "openai/b", ...fields })), ROOMY);

  expect(run.mock.lastCall?.slice(0, 2)).toEqual(["openai/b", fields]);
});

test("a fallback gets no reasoning of the one asked, and a custom tool as a function", async () => {
  const messages = [{ role: "assistant", content: "a", reasoning: "Hm" }];
  const body = JSON.stringify({ model: "openai/b", messages, tools: [PATCH] });
  await ask(CHAT, post(body), { ...ROOMY, FALLBACKS: '["@cf/a/a"]' }, async (model) =>
    model === "openai/b" ? new Response("{}", { status: 503 }) : Response.json(HI),
  );

  expect(run.mock.lastCall?.slice(0, 2)).toMatchObject([
    "@cf/a/a",
    {
      messages: [{ role: "assistant", content: "a" }],
      tools: [{ type: "function", function: { name: "patch" } }],
    },
  ]);
  expect(Object(run.mock.lastCall?.[1]).messages[0]).not.toHaveProperty("reasoning");
});

test("a fallback of the same format gets no reasoning that another model wrote", async () => {
  const messages = [{ role: "assistant", content: "a", reasoning: "Hm" }];
  const MODELS = JSON.stringify(models("openai/b", "groq/c"));
  const body = JSON.stringify({ model: "openai/b", messages });
  await ask(CHAT, post(body), { ...ROOMY, MODELS, FALLBACKS: '["groq/c"]' }, async (model) =>
    model === "openai/b" ? new Response("{}", { status: 503 }) : Response.json(HI),
  );

  expect(run.mock.lastCall?.slice(0, 2)).toEqual([
    "groq/c",
    { messages: [{ role: "assistant", content: "a" }] },
  ]);
});

test("a request in another format than the model's is translated", async () => {
  const messages = [{ role: "user", content: "Hi" }];
  await ask("/v1/messages", post(JSON.stringify({ model: "openai/b", max_tokens: 9, messages })));

  expect(run.mock.lastCall?.slice(0, 2)).toEqual([
    "openai/b",
    { messages, max_completion_tokens: 9 },
  ]);
});

test("an answer was made now, in seconds", async () => {
  const { body } = await ask(CHAT, post(chat()));

  expect(Math.abs(Object(body).created - Date.now() / 1000)).toBeLessThan(60);
});

test("the vectors of each call are one answer, and their tokens are counted", async () => {
  const input = Array.from({ length: 101 }, (_, index) => String(index));
  const body = JSON.stringify({ model: "@cf/a/a", input, user: "u" });
  const answer = await ask("/v1/embeddings", post(body), ROOMY, async (_, { text }) =>
    Response.json({ data: text?.map((each) => [Number(each)]), usage: { prompt_tokens: 2 } }),
  );

  expect(
    Object(answer.body).data.map(({ embedding }: { embedding: unknown }) => embedding),
  ).toEqual(input.map((each) => [Number(each)]));
  expect(answer.body).toMatchObject({ usage: { prompt_tokens: 4 } });
  expect(answer.headers.get("x-ignored-fields")).toBe("user");
  expect(run).toHaveBeenCalledTimes(2);
});

test.each([
  ["/v1/messages", "invalid_request_error"],
  ["/v1/v1/messages/x", "not_found_error"],
  ["/messages", "not_found_error"],
])("an error at %s has Anthropic's form", async (path, type) => {
  expect((await ask(path, post("{"))).body).toMatchObject({ type: "error", error: { type } });
});

test.each(["/v1/chat/completions", "/v1/messagesx", "/x"])(
  "an error at %s has OpenAI's form",
  async (path) => {
    expect((await ask(path, post("{"))).body).not.toHaveProperty("type");
  },
);

test("what cannot be served is refused with its reason", async () => {
  expect((await ask("/v1/messages/count_tokens", post("{}"))).body).toMatchObject({
    error: {
      message: expect.stringContaining("tokens cannot be counted here"),
      details: { error_code: "not_supported" },
    },
  });
});

test("a stream's line is written at its end, and says how it ended", async () => {
  const { headers, body } = await ask(CHAT, post(chat({ stream: true })));

  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(body).toContain('"content":"hello"');
  expect(lines).toHaveLength(1);
  expect(line()).toMatchObject({ stream: "complete", status: 200 });
});

const EVENTS = { "content-type": "text/event-stream" };
const HEL = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';

test("a stream that breaks off leaves a line of an error, whatever its status", async () => {
  const reply = async () => new Response(HEL, { headers: EVENTS });
  await ask(CHAT, post(chat({ stream: true })), {}, reply);

  expect(errors).toHaveLength(1);
  expect(line()).toMatchObject({ stream: "cut", status: 200 });
});

test("a stream that its caller leaves is no error, and leaves its line", async () => {
  const caller = new AbortController();
  let pieces = 0;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(HEL));
      if (++pieces < 3) return;
      caller.abort();
      controller.close();
    },
  });
  const init = { ...post(chat({ stream: true })), signal: caller.signal };
  await ask(CHAT, init, {}, async () => new Response(body, { headers: EVENTS }));

  expect(errors).toEqual([]);
  expect(line()).toMatchObject({ stream: "cancelled", status: 200 });
});

test("a stream that passes unread leaves its line as well", async () => {
  vi.stubGlobal("IdentityTransformStream", TransformStream);
  const MODELS = JSON.stringify([{ ...models("openai/b")[0], stream: "native" }]);
  const reply = async () => new Response(HEL, { headers: EVENTS });
  const { body } = await ask(
    CHAT,
    post(chat({ model: "openai/b", stream: true })),
    { MODELS },
    reply,
  );

  expect(body).toBe(HEL);
  expect(line()).toMatchObject({ stream: "complete", status: 200 });
  vi.unstubAllGlobals();
});

test("health is answered without a token, and leaves no line", async () => {
  expect(await ask("/health", { headers: { authorization: "" } })).toMatchObject({
    status: 200,
    body: { status: "ok" },
  });
  expect([...lines, ...errors]).toEqual([]);
});

const found = (metadata: unknown) => {
  const patchLog = vi.fn<(id: string, data: object) => Promise<void>>(async () => {});
  gateway.mockReturnValueOnce({ getLog: async () => ({ metadata }), patchLog });
  return patchLog;
};

test.each([
  [1, 1, { caller: "web" }],
  [-1, -1, '{"caller":"web"}'],
  [0, null, { caller: "web" }],
])("a score of %s is kept as %s", async (score, feedback, metadata) => {
  const patchLog = found(metadata);

  const body = { log_id: "01a2051e-6c37-7b96", score };
  expect((await ask("/v1/feedback", post(JSON.stringify(body)))).body).toEqual(body);
  expect(gateway).toHaveBeenLastCalledWith("app-test");
  expect(patchLog).toHaveBeenCalledExactlyOnceWith(body.log_id, { feedback });
});

test("another caller's log counts as none", async () => {
  const patchLog = found({ caller: "job" });

  expect((await ask("/v1/feedback", post('{"log_id":"a","score":1}'))).body).toMatchObject({
    error: {
      code: "log_not_found",
      param: "log_id",
      message: "you have no log with this id; a new one can be found some seconds after its answer",
    },
  });
  expect(patchLog).not.toHaveBeenCalled();
});

test.each([
  ["AiGatewayLogNotFound", "log_not_found"],
  ["AiGatewayInternalError", "upstream_error"],
])("a log that fails with %s is %s", async (name, code) => {
  gateway.mockReturnValueOnce({
    getLog: async () => Promise.reject(Object.assign(new Error("m"), { name })),
  });

  expect((await ask("/v1/feedback", post('{"log_id":"a","score":1}'))).body).toMatchObject({
    error: { code },
  });
});

const PARENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parentId: "00f067aa0ba902b7" };
const header = `00-${PARENT.traceId}-${PARENT.parentId}`;

test.each([
  [`${header}-01`, true],
  [`${header}-03`, true],
  [`${header}-00`, false],
  [`${header}-02`, false],
])("a caller's trace is continued: %s", (given, isSampled) => {
  const trace = continueTrace(given);

  expect(trace).toEqual({ ...PARENT, isSampled, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(formatTrace(trace)).toBe(
    `00-${PARENT.traceId}-${trace.spanId}-${isSampled ? "01" : "00"}`,
  );
});

test.each([
  undefined,
  "",
  header,
  `01${header.slice(2)}-01`,
  `x${header}-01`,
  `${header}-01x`,
  `00-${"0".repeat(32)}-${PARENT.parentId}-01`,
  `00-${PARENT.traceId}-${"0".repeat(16)}-01`,
  `00-${PARENT.traceId.toUpperCase()}-${PARENT.parentId}-01`,
])("a trace that is none is begun anew: %s", (given) => {
  expect(continueTrace(given)).toEqual({
    traceId: expect.stringMatching(/^(?!4bf92f)[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    isSampled: true,
  });
});

test.each([
  ["/chat", "/v1/chat"],
  ["/v1/chat", "/v1/chat"],
  ["/v1/v1/v1/chat", "/v1/chat"],
  ["/v1chat", "/v1/v1chat"],
  ["/proxy/v1/chat", "/v1/proxy/v1/chat"],
  ["/v1", "/v1/v1"],
])("the path %s means %s", (path, meant) => {
  expect(withOneV1(path)).toBe(meant);
});

test("of an answer's counts, numbers alone are noted", () => {
  const measures = openMeasures();
  noteUsage(measures)({ input: 1, output: 2, total: 3, cached: 4, more: { a: 1 } });

  expect(measures.usage).toEqual({ input: 1, output: 2, cached: 4 });
  expect(openMeasures()).toMatchObject({ isStreamed: false, fallbacks: 0 });
});
