/** The whole Worker as one function: what it answers, what a model gets for it, and the line that is left. */
import { expect, test, vi } from "vitest";

import { sha256 } from "../support/bindings.ts";
import { models } from "../support/models.ts";
import {
  watchLines,
  ask,
  CHAT,
  chat,
  errors,
  gateway,
  HI,
  line,
  lines,
  post,
  ROOMY,
  run,
} from "../support/whole-worker.ts";

watchLines();

const PATCH = { type: "custom", custom: { name: "patch" } };

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
