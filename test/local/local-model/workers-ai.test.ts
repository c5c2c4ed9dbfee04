/** What models of Workers AI take and refuse, and how they answer at an endpoint of OpenAI's form. */
import { expect, test } from "vitest";

import { localModel } from "../../../local/gateway/local-model/local-model.ts";
import { askModel, streamModel } from "../../support/local-model.ts";

const OLD = "@cf/meta/llama-3.1-8b-instruct-fast";
const NEW = "@cf/openai/gpt-oss-120b";
const messages = [{ role: "user", content: "Hello" }];
const url = "data:image/png;base64,iVBORw0KGgo=";
const image = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
const response_format = { type: "json_schema", json_schema: { type: "object", properties: {} } };
const both = [{ role: "user", content: [{ type: "text", text: "Hello" }, image[0]?.content[0]] }];

test("a prompt stands for one message of the user", async () => {
  const prompt = await askModel(OLD, { prompt: "Hello" });

  expect(prompt).toMatchObject({ body: { response: expect.stringContaining("You said: Hello") } });
  expect(prompt).toEqual(await askModel(OLD, { messages }));
  expect(prompt).toEqual(await askModel(OLD, { messages, prompt: "Other" }));
});

test("an older model gives JSON by a schema in a whole answer, and not in a stream", async () => {
  expect(await askModel(OLD, { messages, response_format })).toMatchObject({ status: 200 });
  expect(await askModel(OLD, { messages, response_format, stream: true })).toMatchObject({
    status: 400,
    body: {
      errors: [
        { code: 5023, message: "AiError: JSON Schema mode is not supported with stream mode." },
      ],
      success: false,
      result: {},
      messages: [],
    },
  });
});

test("a newer model's stream has its usage beside the end", async () => {
  const events = await streamModel(NEW, { messages });

  expect(events.filter((chunk) => "usage" in Object(chunk))).toEqual([events.at(-1)]);
  expect(events.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
});

test("a newer model streams JSON by a schema", async () => {
  const { status, pieces } = await localModel(NEW, { messages, response_format, stream: true });

  expect([status, pieces]).toEqual([200, expect.anything()]);
});

test.each([
  ["@cf/meta/llama-3.2-11b-vision-instruct", 200],
  ["@cf/google/gemma-3-12b-it", 200],
  ["@cf/moonshotai/kimi-k2.6", 200],
  [OLD, 400],
  [NEW, 400],
])("%s answers an image with %i, alone and beside a text", async (model, status) => {
  expect(await askModel(model, { messages: image })).toMatchObject({ status });
  expect(await askModel(model, { messages: both })).toMatchObject({ status });
});

test("an image that a model does not take is named by its place", async () => {
  const message = `AiError: Bad input: '/messages/1/content' has an image, which ${NEW} does not take`;
  const [text] = messages;
  const parts = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];

  expect(await askModel(NEW, { messages: [text, ...image] })).toMatchObject({
    body: { errors: [{ code: 5006, message }] },
  });
  expect(await askModel(NEW, { messages: parts })).toMatchObject({ status: 200 });
});

test.each([{}, { messages: "Hello" }, { messages: "Hello", text: "Hello" }, { messages: [1] }])(
  "%j has no messages, which is refused so",
  async (inputs) => {
    expect(await askModel(OLD, inputs)).toMatchObject({
      status: 400,
      body: {
        errors: [{ code: 5004, message: "Invalid input: messages must be a list of messages" }],
      },
    });
  },
);

// https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/
test.each([
  { type: "json_schema", json_schema: { name: "a", schema: { const: [1] } } },
  { type: "json_schema", json_schema: { const: [1] } },
])("an endpoint of OpenAI's form takes the schema of %j", async (format) => {
  const { body } = await localModel(OLD, { messages, response_format: format }, "chat");

  expect(JSON.parse(body)).toMatchObject({ choices: [{ message: { content: "[1]" } }] });
});

test.each([
  [
    "@cf/meta/no-such-model",
    undefined,
    400,
    { errors: [{ code: 5007, message: "No such model @cf/meta/no-such-model or task" }] },
  ],
  [
    "openai/does-not-exist",
    "chat",
    404,
    {
      error: {
        code: "model_not_found",
        message: "The model `does-not-exist` does not exist or you do not have access to it.",
      },
    },
  ],
  [
    "anthropic/nonexistent",
    "messages",
    404,
    { error: { type: "not_found_error", message: "model: nonexistent" } },
  ],
] as const)("%s says itself that it is no model", async (model, format, status, body) => {
  const reply = await localModel(model, { messages }, format);

  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.body)).toMatchObject(body);
});

test.each([OLD, NEW])("%s answers in OpenAI's form where the way in has it", async (model) => {
  const whole = await localModel(model, { messages }, "chat");
  const usage = { stream_options: { include_usage: true } };
  const counted = await streamModel(model, { messages, ...usage }, "chat");
  const plain = await streamModel(model, { messages }, "chat");

  expect(JSON.parse(whole.body)).toMatchObject({ object: "chat.completion", model });
  expect(counted.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2 } });
  expect(plain.filter((chunk) => "usage" in Object(chunk))).toEqual([]);
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
