import OpenAI from "openai";
import { expect, test } from "vitest";

import { WAYS } from "../support/endpoint-requests.ts";
import { chatBody, errorOf, startWorker, TOKEN } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";

test("GET / answers the sample prompt as JSON, with the ids of its log", async () => {
  const worker = await startWorker();

  const response = await worker.ask("/");

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    prompt: "In one sentence: what does an AI gateway do?",
    answer: "hello",
    model: "@cf/old/model",
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
    logId: "log-1",
    eventId: response.headers.get("x-event-id"),
  });
  expect(response.headers.get("x-log-id")).toBe("log-1");
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("OpenAI's own SDK chats with the base URL swapped", async () => {
  const worker = await startWorker();
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const { data: completion, response } = await client.chat.completions
    .create({ model: "@cf/old/model", messages: [{ role: "user", content: "Hi" }], max_tokens: 5 })
    .withResponse();

  expect(completion).toMatchObject({
    object: "chat.completion",
    model: "@cf/old/model",
    choices: [
      { index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  });
  expect(response.headers.get("x-log-id")).toBe("log-1");
  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    max_tokens: 5,
  });
});

test("OpenAI's own SDK lists the stack's models", async () => {
  const worker = await startWorker();
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const { data } = await client.models.list();

  expect(data.map(({ id, owned_by }) => [id, owned_by])).toEqual([
    ["@cf/old/model", "old"],
    ["@cf/new/model", "new"],
  ]);
});

test("a model that answers as OpenAI does keeps its tool calls and its finish reason", async () => {
  const call = { id: "c1", type: "function", function: { name: "look", arguments: "{}" } };
  const choices = [
    {
      index: 0,
      message: { role: "assistant", content: null, tool_calls: [call] },
      finish_reason: "tool_calls",
    },
  ];
  const worker = await startWorker({ reply: () => ({ body: { choices } }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(await response.json()).toMatchObject({
    object: "chat.completion",
    choices: [{ message: { content: null, tool_calls: [call] }, finish_reason: "tool_calls" }],
  });
});

test("an older model's tool calls and parsed JSON come in OpenAI's shape", async () => {
  const body = { response: { answer: 42 }, tool_calls: [{ name: "look", arguments: { at: 1 } }] };
  const worker = await startWorker({ reply: () => ({ body }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  const message = {
    role: "assistant",
    content: '{"answer":42}',
    tool_calls: [
      {
        id: expect.stringMatching(/^call_[0-9a-f]{32}$/),
        type: "function",
        function: { name: "look", arguments: '{"at":1}' },
      },
    ],
  };
  expect(await response.json()).toMatchObject({
    choices: [{ message, finish_reason: "tool_calls" }],
  });
});

test("an answer that nobody can read is a 502, with the id of its log", async () => {
  const reply = () => ({ headers: { "cf-aig-log-id": "log-2" }, body: "<html>" });
  const worker = await startWorker({ reply });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  expect(response.status).toBe(502);
  expect(response.headers.get("x-log-id")).toBe("log-2");
  expect(await response.json()).toMatchObject({ error: { code: "bad_model_output" } });
});

test.each([
  ["no JSON", "{", 400, "invalid_json", "body is not JSON"],
  ["a list", "[]", 400, "invalid_json", "body is not a JSON object"],
  [
    "no messages",
    chatBody({ messages: [] }),
    400,
    "invalid_value",
    "messages: 0 items, expected 1 or more",
  ],
  [
    "no model, and no role",
    '{"messages":[{"content":"Hi"}]}',
    400,
    "invalid_value",
    "model: missing; messages.0.role: missing",
  ],
  [
    "a wild temperature",
    chatBody({ temperature: 9 }),
    400,
    "invalid_value",
    "temperature: expected 2 or less",
  ],
  [
    "an unknown model",
    chatBody({ model: "@cf/x/y" }),
    404,
    "model_not_found",
    'model "@cf/x/y" is not served here; served are @cf/old/model, @cf/new/model',
  ],
  ["two answers", chatBody({ n: 2 }), 400, "unsupported_parameter", "n is not supported"],
  [
    "too many bytes",
    chatBody({ user: "x".repeat(2000) }),
    413,
    "request_too_large",
    "body has more than 2000 bytes, the limit of this stack",
  ],
])("%s is refused as OpenAI would, before any model is asked", async (...row) => {
  const [, body, status, code, message] = row;
  const worker = await startWorker();

  const response = await worker.ask(CHAT, { method: "POST", body });

  expect(response.status).toBe(status);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code, type: "invalid_request_error" });
  expect(error["message"]).toContain(message);
  expect(worker.calls).toEqual([]);
});

test("what asks for the usual is not refused, and null means absent", async () => {
  const worker = await startWorker();
  const body = chatBody({ stream: false, n: 1, temperature: null, max_completion_tokens: 7 });

  const response = await worker.ask(CHAT, { method: "POST", body });

  expect(response.status).toBe(200);
  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    max_tokens: 7,
  });
});

test("a path that nothing answers is a 404 that names the ones that do", async () => {
  const worker = await startWorker();

  const response = await worker.ask("/v1/nothing");

  expect(response.status).toBe(404);
  const { code, message } = await errorOf(response);
  expect(code).toBe("not_found");
  for (const { method, route } of WAYS) expect(message).toContain(`${method} ${route}`);
});

test.each([
  ["PUT", CHAT, "POST", { error: { code: "method_not_allowed", type: "invalid_request_error" } }],
  ["GET", CHAT, "POST", { error: { message: `${CHAT} does not take GET; see POST ${CHAT}` } }],
  // Anthropic's SDK reads no other form.
  ["GET", "/v1/messages", "POST", { type: "error", error: { type: "invalid_request_error" } }],
  ["POST", "/v1/models/@cf/a/b", "GET, HEAD", { error: { code: "method_not_allowed" } }],
  ["DELETE", "/health", "GET, HEAD", { error: { code: "method_not_allowed" } }],
])("%s %s is refused with the methods that its path takes", async (method, path, allow, body) => {
  const worker = await startWorker();

  const response = await worker.ask(path, { method });

  expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  expect(await response.json()).toMatchObject(body);
  expect(worker.calls).toEqual([]);
});

test.each([
  ["/messages", "lacks /v1, for POST /v1/messages"],
  ["/v1/v1/messages", "has one /v1 too many, for POST /v1/messages"],
  ["/v1/v1/responses", "has one /v1 too many, for POST /v1/responses"],
])("a client whose base URL makes it ask %s learns what is wrong", async (path, fault) => {
  const worker = await startWorker();

  const response = await worker.ask(path, { method: "POST", body: "{}" });

  expect(response.status).toBe(404);
  const message = `nothing answers POST ${path}; the base URL ${fault}`;
  // The AI SDK shows a message in the form of the endpoint that it means, and no other.
  const body = path.endsWith("messages")
    ? { type: "error", error: { message, details: { error_code: "not_found" } } }
    : { error: { message, code: "not_found" } };
  expect(await response.json()).toMatchObject(body);
});
