/** What models of Workers AI take and refuse, and how they answer at an endpoint of OpenAI's form. */
import { expect, test } from "vitest";

import { localModel } from "../../../local/gateway/local-model/local-model.ts";
import { askModel } from "../../support/local-model.ts";

const OLD = "@cf/meta/llama-3.1-8b-instruct-fast";
const NEW = "@cf/openai/gpt-oss-120b";
const messages = [{ role: "user", content: "Hello" }];
const url = "data:image/png;base64,iVBORw0KGgo=";
const image = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
const response_format = { type: "json_schema", json_schema: { type: "object", properties: {} } };

test("a prompt stands for one message of the user", async () => {
  const prompt = await askModel(OLD, { prompt: "Hello" });

  expect(prompt).toMatchObject({ body: { response: expect.stringContaining("You said: Hello") } });
  expect(prompt).toEqual(await askModel(OLD, { messages }));
});

test("an older model gives JSON by a schema in a whole answer, and not in a stream", async () => {
  expect(await askModel(OLD, { messages, response_format })).toMatchObject({ status: 200 });
  expect(await askModel(OLD, { messages, response_format, stream: true })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 5023 }] },
  });
});

test("a newer model streams JSON by a schema", async () => {
  const { status, pieces } = await localModel(NEW, { messages, response_format, stream: true });

  expect([status, pieces]).toEqual([200, expect.anything()]);
});

test.each([
  ["@cf/meta/llama-3.2-11b-vision-instruct", 200],
  ["@cf/google/gemma-3-12b-it", 200],
  [OLD, 400],
  [NEW, 400],
])("%s answers an image with %i", async (model, status) => {
  expect(await askModel(model, { messages: image })).toMatchObject({ status });
});

test.each([
  ["@cf/meta/no-such-model", undefined, 400, { errors: [{ code: 5007 }] }],
  ["openai/does-not-exist", "chat", 404, { error: { code: "model_not_found" } }],
  ["anthropic/nonexistent", "messages", 404, { error: { type: "not_found_error" } }],
] as const)("%s says itself that it is no model", async (model, format, status, body) => {
  const reply = await localModel(model, { messages }, format);

  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.body)).toMatchObject(body);
});

test.each([OLD, NEW])("%s answers in OpenAI's form where the way in has it", async (model) => {
  const whole = await localModel(model, { messages }, "chat");
  const usage = { stream: true, stream_options: { include_usage: true } };
  const { pieces = [] } = await localModel(model, { messages, ...usage }, "chat");
  const events = (await Array.fromAsync(pieces)).join("");

  expect(JSON.parse(whole.body)).toMatchObject({ object: "chat.completion", model });
  expect(events).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":2,[^]*\[DONE\]/);
});

test("an embedding model of Workers AI answers in OpenAI's form where the way in has it", async () => {
  const { body } = await localModel("@cf/baai/bge-m3", { input: "Hello" }, "chat");

  expect(JSON.parse(body)).toMatchObject({ object: "list", data: [{ object: "embedding" }] });
});

test("at such an endpoint, the platform's own refusals and prompts hold", async () => {
  const refused = await localModel(NEW, { messages: image }, "chat");
  const prompted = await localModel(OLD, { prompt: "Hello" }, "chat");

  expect(JSON.parse(refused.body)).toMatchObject({ errors: [{ code: 5006 }] });
  expect(prompted.status).toBe(200);
});
