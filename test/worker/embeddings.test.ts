import OpenAI from "openai";
import { expect, test } from "vitest";

import { errorOf, startWorker, TOKEN } from "../support/workerd.ts";

const EMBEDDINGS = "/v1/embeddings";
const VECTORS = [
  [0.5, -1.25],
  [3, 0],
];

test("OpenAI's own SDK gets a Workers AI model's vectors, in the encoding it likes", async () => {
  const worker = await startWorker({
    reply: () => ({ body: { shape: [2, 2], data: VECTORS, pooling: "mean" } }),
  });
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const { data, usage } = await client.embeddings.create({
    model: "@cf/old/model",
    input: ["a", "b"],
  });

  expect(data.map(({ embedding }) => embedding)).toEqual(VECTORS);
  expect(usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  expect(worker.calls[0]?.body).toMatchObject({
    inputs: { text: ["a", "b"] },
    options: { gateway: { id: "app-test", collectLog: true, metadata: { route: EMBEDDINGS } } },
  });
});

test("a model that answers as OpenAI does is passed on, with its usage", async () => {
  const body = {
    data: [{ index: 0, embedding: VECTORS[0] }],
    usage: { prompt_tokens: 4, total_tokens: 4 },
  };
  const worker = await startWorker({
    bindings: { MODELS: '[{"id":"openai/text-embedding-3-small","speaks":"chat"}]' },
    reply: () => ({ body }),
  });

  const response = await worker.ask(EMBEDDINGS, {
    method: "POST",
    body: JSON.stringify({ model: "openai/text-embedding-3-small", input: "a" }),
  });

  expect(await response.json()).toEqual({
    object: "list",
    model: "openai/text-embedding-3-small",
    data: [{ object: "embedding", index: 0, embedding: VECTORS[0] }],
    usage: { prompt_tokens: 4, total_tokens: 4 },
  });
  expect(worker.calls[0]?.body.inputs).toEqual({ input: ["a"] });
});

test.each([
  [{ input: [] }, "invalid_value"],
  [{ input: [[1, 2]] }, "invalid_value"],
  [{ input: "a", dimensions: 64 }, "unsupported_parameter"],
  [{ input: "a", model: "@cf/x/y" }, "model_not_found"],
])("%j is refused before any model is asked", async (changes, code) => {
  const worker = await startWorker();

  const response = await worker.ask(EMBEDDINGS, {
    method: "POST",
    body: JSON.stringify({ model: "@cf/old/model", ...changes }),
  });

  expect(await errorOf(response)).toMatchObject({ code });
  expect(worker.calls).toEqual([]);
});

test("an answer without vectors is a 502", async () => {
  const worker = await startWorker();

  const response = await worker.ask(EMBEDDINGS, {
    method: "POST",
    body: JSON.stringify({ model: "@cf/old/model", input: "a" }),
  });

  expect(response.status).toBe(502);
});

test("no other model stands in for an embedding model: its vectors would not compare", async () => {
  const worker = await startWorker({
    bindings: { FALLBACKS: '["@cf/new/model"]' },
    reply: () => ({ status: 503, body: {} }),
  });

  const body = JSON.stringify({ model: "@cf/old/model", input: "a" });
  const response = await worker.ask(EMBEDDINGS, { method: "POST", body });

  expect(response.status).toBe(503);
  expect(worker.calls).toHaveLength(1);
});
