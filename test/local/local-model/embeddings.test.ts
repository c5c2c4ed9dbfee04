/** What embedding models answer and refuse, of Workers AI and of OpenAI. */
import { expect, test } from "vitest";

import { askModel, serveModel } from "../../support/local-model.ts";

const OWN = "@cf/baai/bge-m3";
const THEIRS = "openai/text-embedding-3-small";

test("a model of Workers AI takes a hundred texts, and no more", async () => {
  const texts = (count: number) => Array.from({ length: count }, (_, n) => `text ${n}`);

  expect(await askModel(OWN, { text: texts(100) })).toMatchObject({ body: { shape: [100, 32] } });
  const message = "AiError: Bad input: '/text' has 101 items, over 100";
  expect(await askModel(OWN, { text: texts(101) })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 5006, message }] },
  });
});

test("OpenAI's model takes 2,048 inputs, and no more", async () => {
  expect(await askModel(THEIRS, { input: Array(2048).fill("a") })).toMatchObject({ status: 200 });
  expect(await askModel(THEIRS, { input: Array(2049).fill("a") })).toMatchObject({
    status: 400,
    body: {
      error: {
        param: "input",
        code: "array_above_max_length",
        message: expect.stringMatching(/maximum length 2048, but got .* length 2049 instead\.$/),
      },
    },
  });
});

test("OpenAI's model takes tokens, dimensions and base64", async () => {
  const vectors = await askModel(THEIRS, { input: [[1, 2], [3]], dimensions: 4 });
  const one = await askModel(THEIRS, { input: [1, 2], dimensions: 4, encoding_format: "base64" });
  const [first] = Object(vectors.body).data;

  expect(Object(vectors.body).data).toHaveLength(2);
  expect(first.embedding).toHaveLength(4);
  const bytes = new Uint8Array(Buffer.from(Object(one.body).data[0].embedding, "base64"));
  expect([...new Float32Array(bytes.buffer)]).toEqual(first.embedding.map(Math.fround));
});

test.each([
  ["dimensions", { dimensions: 0 }],
  ["dimensions", { dimensions: 3073 }],
  ["encoding_format", { encoding_format: "hex" }],
  ["input", { input: [] }],
])("OpenAI's model refuses %s as %j", async (param, inputs) => {
  expect(await askModel(THEIRS, { input: "a", ...inputs })).toMatchObject({
    status: 400,
    body: { error: { param, code: "invalid_value" } },
  });
});

test.each([
  ["abcde", 2],
  [["abcde", "a"], 3],
  [[1, 2, 3], 3],
  [[[1, 2], [3]], 3],
])("an embedding of %j is counted as %i tokens, none of them output", async (input, count) => {
  expect(await askModel(THEIRS, { input, encoding_format: "float" })).toMatchObject({
    status: 200,
    body: { model: THEIRS, usage: { prompt_tokens: count, total_tokens: count } },
  });
});

test.each([
  [OWN, { text: "a" }, 32],
  [THEIRS, { input: "a", dimensions: 100 }, 100],
])("%s makes vectors of numbers between -1 and 1", async (model, inputs, dimensions) => {
  const { body } = await askModel(model, inputs);
  const { data, pooling } = Object(body);
  const vector: number[] = model === OWN ? data[0] : data[0].embedding;

  expect(pooling).toBe(model === OWN ? "mean" : undefined);
  expect(vector).toHaveLength(dimensions);
  expect(Math.max(...vector)).toBeLessThanOrEqual(1);
  expect(Math.min(...vector)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...vector) - Math.min(...vector)).toBeGreaterThan(1);
  expect(new Set(vector).size).toBeGreaterThan(16);
});

test("OpenAI's SDK reads the vectors", async () => {
  const { openai } = await serveModel();

  const { data } = await openai.embeddings.create({ model: THEIRS, input: "a", dimensions: 3 });

  expect(data[0]?.embedding).toHaveLength(3);
});

test("a chat with an embedding model, and texts to embed at a chat model, are refused", async () => {
  const messages = [{ role: "user", content: "Hello" }];

  const bad = "AiError: Bad input: required properties at '/' are 'text'";
  expect(await askModel(OWN, { messages })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 5006, message: bad }] },
  });
  expect(await askModel(OWN, { text: [1] })).toMatchObject({ status: 400 });
  expect(await askModel(THEIRS, { messages })).toMatchObject({
    status: 404,
    body: {
      error: { message: expect.stringMatching(/^This is not a chat model/), param: "model" },
    },
  });
  // The message spoke of messages, which nobody who embeds has heard of.
  const message = "Invalid input: @cf/meta/x generates text, and makes no embeddings";
  expect(await askModel("@cf/meta/x", { text: ["a"] })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 5004, message }] },
  });
  expect(await askModel("openai/gpt-4o", { input: ["a"] })).toMatchObject({
    status: 400,
    body: { error: { param: "messages" } },
  });
});
