import OpenAI from "openai";
import { expect, test } from "vitest";

import {
  errorOf,
  modelsBinding,
  startWorker,
  TOKEN,
  type Reply,
  type RunningWorker,
  type WireCall,
} from "../support/workerd.ts";

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

test("fields that reach no model are named to the caller", async () => {
  const worker = await startWorker({ reply: () => ({ body: { data: VECTORS.slice(0, 1) } }) });
  const body = JSON.stringify({ model: "@cf/old/model", input: "a", user: "u", truncate: "END" });

  const response = await worker.ask(EMBEDDINGS, { method: "POST", body });

  expect(response.status).toBe(200);
  expect(response.headers.get("x-ignored-fields")).toBe("user, truncate");
  expect(worker.calls[0]?.body.inputs).toEqual({ text: ["a"] });
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
  [{ input: [1, 2] }, "invalid_value"],
  [{ input: ["a", [1]] }, "invalid_value"],
  [{ input: [-1] }, "invalid_value"],
  [{ input: [[]] }, "invalid_value"],
  [{ input: "a", dimensions: 0 }, "invalid_value"],
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

const OPENAI = "openai/text-embedding-3-small";
const BIG = { MODELS: modelsBinding(OPENAI, "@cf/old/model"), MAX_BODY_BYTES: "1000000" };

/** Answers as OpenAI does: the vector of an input is the number in it, or its first token. */
function vectorsOf(call: WireCall): Reply {
  const { input, text } = Object(call.body.inputs);
  const data = [input ?? text].flat(1).map((each: unknown, index: number) => ({
    index,
    embedding: [Number(Array.isArray(each) ? each[0] : /\d+/.exec(String(each))?.[0])],
  }));
  const usage = { prompt_tokens: data.length, total_tokens: data.length };
  return { headers: { "cf-aig-log-id": `log-of-${data.length}` }, body: { data, usage } };
}

async function embed(worker: RunningWorker, fields: object): Promise<Response> {
  const body = JSON.stringify({ model: OPENAI, ...fields });
  return worker.ask(EMBEDDINGS, { method: "POST", body });
}

test.each([
  [OPENAI, [2048]],
  ["@cf/old/model", [...Array.from({ length: 20 }, () => 100), 48]],
])("2,048 texts for %s are one request, in as many calls as it takes", async (model, sizes) => {
  const worker = await startWorker({ bindings: BIG, reply: vectorsOf });
  const input = Array.from({ length: 2048 }, (_, index) => `text ${index}`);

  const response = await embed(worker, { model, input });
  const { data, usage } = Object(await response.json());

  expect(data.map(({ embedding }: { embedding: number[] }) => embedding[0])).toEqual([
    ...input.keys(),
  ]);
  expect(data[2047].index).toBe(2047);
  expect(usage).toEqual({ prompt_tokens: 2048, total_tokens: 2048 });
  expect(response.headers.get("x-log-id")).toBe(`log-of-${sizes.at(-1)}`);
  const inputs = worker.calls.map(({ body }) => Object(body.inputs));
  expect(inputs.map(({ text, input: texts }) => (text ?? texts).length)).toEqual(sizes);
});

test("one text too many is refused", async () => {
  const worker = await startWorker({ bindings: BIG });

  const response = await embed(worker, { input: Array.from({ length: 2049 }, () => "a") });

  expect(await errorOf(response)).toMatchObject({ code: "invalid_value", param: "input" });
  expect(worker.calls).toEqual([]);
});

test("a call that fails ends the request, and the rest is not asked", async () => {
  const fails: Reply = { status: 503, body: {} };
  const worker = await startWorker({
    bindings: BIG,
    reply: (call) => (worker.calls.length === 2 ? fails : vectorsOf(call)),
  });

  const input = Array.from({ length: 301 }, () => "1");
  const response = await embed(worker, { model: "@cf/old/model", input });

  expect(response.status).toBe(503);
  expect(worker.calls).toHaveLength(2);
});

test.each([
  [[9906, 1917], [[9906, 1917]]],
  [
    [[9906, 1917], [42]],
    [[9906, 1917], [42]],
  ],
])("tokens %j reach a third party's model, with the wanted dimensions", async (input, sent) => {
  const worker = await startWorker({ bindings: BIG, reply: vectorsOf });

  const response = await embed(worker, { input, dimensions: 256 });

  expect(response.status).toBe(200);
  expect(worker.calls[0]?.body.inputs).toEqual({ input: sent, dimensions: 256 });
});

test("tokens for a model of Workers AI are refused with what to set in LangChain", async () => {
  const worker = await startWorker({ bindings: BIG });

  const response = await embed(worker, { model: "@cf/old/model", input: [[1, 2]] });

  const { message } = await errorOf(response);
  expect(message).toContain("take texts, and no tokens");
  expect(message).toContain("check_embedding_ctx_length=False");
});

const placed = (...places: unknown[]) => ({
  data: places.map((index) => ({ index, embedding: [Number(index)] })),
});

test.each([
  ["out of order", placed(2, 0, 1)],
  ["with places as texts", placed("0", "1", "2")],
  ["without places", { data: [0, 1, 2].map((each) => ({ embedding: [each] })) }],
  ["as Workers AI has them", { data: [[0], [1], [2]] }],
])("vectors %s go to their texts", async (_, body) => {
  const worker = await startWorker({ bindings: BIG, reply: () => ({ body }) });

  const { data } = Object(await (await embed(worker, { input: ["a", "b", "c"] })).json());

  expect(data).toEqual(
    [0, 1, 2].map((index) => ({ object: "embedding", index, embedding: [index] })),
  );
});

test.each([
  ["too few", placed(0, 1)],
  ["too few, as Workers AI has them", { shape: [2, 1], data: [[0], [1]] }],
  ["too many", placed(0, 1, 2, 3)],
  ["one of them twice", placed(0, 1, 1)],
  ["one beyond the last", placed(0, 1, 3)],
  ["one before the first", placed(0, 1, -1)],
  ["one that is empty", { data: [[0], [1], []] }],
  ["one that is none", { data: [[0], [1], null] }],
  ["one of texts", { data: [[0], [1], ["2"]] }],
])("%s are no answer to three texts", async (_, body) => {
  const worker = await startWorker({ bindings: BIG, reply: () => ({ body }) });

  const response = await embed(worker, { input: ["a", "b", "c"] });

  expect(response.status).toBe(502);
  expect(await errorOf(response)).toMatchObject({ code: "bad_model_output" });
});

test.each([
  [{ prompt_tokens: 3, total_tokens: 3 }, 3],
  [{ total_tokens: 3 }, 3],
  [{ prompt_tokens: "3" }, 3],
  [{ prompt_tokens: null }, 0],
  [{}, 0],
  [null, 0],
])("usage of %j counts as far as it goes", async (usage, tokens) => {
  const worker = await startWorker({
    bindings: BIG,
    reply: () => ({ body: { data: [[1]], usage } }),
  });

  const body = Object(await (await embed(worker, { input: "a" })).json());

  expect(body.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
});

test("a long vector survives its encoding", async () => {
  const vector = Array.from({ length: 5000 }, (_, index) => index / 4);
  const worker = await startWorker({ bindings: BIG, reply: () => ({ body: { data: [vector] } }) });
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const { data } = await client.embeddings.create({ model: OPENAI, input: "a" });

  expect(data[0]?.embedding).toEqual(vector);
});
