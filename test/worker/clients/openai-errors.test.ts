import OpenAI from "openai";
import { expect, test } from "vitest";

import { event, inTurn } from "../../support/wire.ts";
import { startWorker, TOKEN, type Reply, type RunningWorker } from "../../support/workerd.ts";

const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Hi" }];
const CHAT = { model: "@cf/old/model", messages: MESSAGES };
type Kind =
  | "BadRequestError"
  | "PermissionDeniedError"
  | "NotFoundError"
  | "RateLimitError"
  | "InternalServerError";
const fails = (status: number, body: unknown = {}): Reply => ({ status, body });

test.each<[Kind, number, string, Reply]>([
  ["BadRequestError", 400, "invalid_request", fails(400, { errors: [{ code: 5004 }] })],
  ["BadRequestError", 400, "content_filter", fails(424, { internalCode: 2016 })],
  ["PermissionDeniedError", 403, "denied_by_policy", fails(403)],
  ["NotFoundError", 404, "model_not_found", fails(400, { internalCode: 7003 })],
  ["RateLimitError", 429, "rate_limit_exceeded", fails(429, { internalCode: 2003 })],
  ["RateLimitError", 429, "insufficient_quota", fails(402)],
  ["InternalServerError", 500, "gateway_misconfigured", fails(401, { internalCode: 2009 })],
  ["InternalServerError", 502, "upstream_error", fails(500, "<html>")],
  ["InternalServerError", 504, "upstream_timeout", fails(408)],
])("a failure of the model is its %s, status %i, code %s", async (kind, status, code, reply) => {
  const worker = await startWorker({ reply: () => reply });

  const error = await failure(client(worker).chat.completions.create(CHAT));

  expect(error).toBeInstanceOf(OpenAI[kind]);
  expect(error).toMatchObject({ status, code, type: expect.any(String) });
});

test("a wrong token, model and field are its errors, with the field's name", async () => {
  const worker = await startWorker();
  const { completions } = client(worker).chat;

  const [token, model, field] = await Promise.all([
    failure(client(worker, { apiKey: "wrong" }).chat.completions.create(CHAT)),
    failure(completions.create({ ...CHAT, model: "gpt-5" })),
    failure(completions.create({ ...CHAT, temperature: 3 })),
  ]);

  expect(token).toBeInstanceOf(OpenAI.AuthenticationError);
  expect(model).toBeInstanceOf(OpenAI.NotFoundError);
  expect(model).toMatchObject({ code: "model_not_found", param: "model" });
  expect(field).toBeInstanceOf(OpenAI.BadRequestError);
  expect(field).toMatchObject({ code: "invalid_value", param: "temperature" });
  expect(worker.calls).toEqual([]);
});

test("it waits as long as the model asks for, and tries again", async () => {
  const busy = { status: 429, headers: { "retry-after": "1" }, body: { internalCode: 2003 } };
  const replies: Reply[] = [busy, { body: { response: "hello" } }];
  const worker = await startWorker({ reply: () => replies.shift() ?? fails(500) });
  const startedAt = performance.now();

  const openai = client(worker, { maxRetries: 1 });
  const completion = await openai.chat.completions.create(CHAT);

  expect(completion.choices[0]?.message.content).toBe("hello");
  expect(worker.calls).toHaveLength(2);
  // Without the header it waits half a second, or a little less.
  expect(performance.now() - startedAt).toBeGreaterThan(990);
});

test("it does not try again what is the request's fault", async () => {
  const worker = await startWorker({ reply: () => fails(400, { errors: [{ code: 5004 }] }) });

  await failure(client(worker, { maxRetries: 3 }).chat.completions.create(CHAT));

  expect(worker.calls).toHaveLength(1);
});

test("an error within a stream is raised with its code, after what came before", async () => {
  const pieces = [event({ response: "Hel" }), event({ errors: [{ code: 3040 }] })];
  const worker = await startWorker({ reply: () => ({ pieces: inTurn(pieces) }) });
  let heard = "";

  const stream = await client(worker).chat.completions.create({ ...CHAT, stream: true });
  const error = await failure(
    (async () => {
      for await (const { choices } of stream) heard += choices[0]?.delta.content ?? "";
    })(),
  );

  expect(heard).toBe("Hel");
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
});

function client(worker: RunningWorker, options: object = {}): OpenAI {
  const baseURL = new URL("/v1", worker.url).href;
  return new OpenAI({ baseURL, apiKey: TOKEN, maxRetries: 0, ...options });
}

async function failure(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => {
      throw new Error("nothing was raised");
    },
    (error: unknown) => error,
  );
}
