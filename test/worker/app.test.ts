/** The whole Worker as one function: what it refuses, in whose form, and what it answers without a caller. */
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import {
  watchLines,
  ask,
  CHAT,
  chat,
  errors,
  gateway,
  line,
  post,
  run,
  lines,
  type Init,
} from "../support/whole-worker.ts";

watchLines();

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
  expect([headers.has("x-log-id"), headers.has("x-model")]).toEqual([false, false]);
  expect(Object(line()).durationMs).toBeLessThan(60_000);
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

test("health is answered without a token, and leaves no line", async () => {
  expect(await ask("/health", { headers: { authorization: "" } })).toMatchObject({
    status: 200,
    body: { status: "ok" },
  });
  expect([...lines, ...errors]).toEqual([]);
});
