/** Embeddings as requests, as calls of models, and as answers. */
import { expect, test } from "vitest";

import { readEmbeddingRequest } from "../../../worker/chat/formats/openai-embeddings/request.ts";
import {
  readEmbeddings,
  writeEmbeddings,
} from "../../../worker/chat/formats/openai-embeddings/response.ts";
import { models } from "../../support/models.ts";
import { refusalOf } from "../../support/responses.ts";

const THEIRS = "openai/text-embedding-3-small";
const OWN = "@cf/baai/bge-m3";
const read = (fields: object, model = THEIRS) =>
  readEmbeddingRequest(JSON.stringify({ model, input: "Hi", ...fields }), models(THEIRS, OWN));

const texts = (count: number) => Array.from({ length: count }, (_, index) => String(index));

test.each<[object, object]>([
  [{ input: "a" }, { input: ["a"] }],
  [{ input: ["a", "b"] }, { input: ["a", "b"] }],
  [{ input: [0, 1] }, { input: [[0, 1]] }],
  [{ input: [[0], "a"] }, { input: [[0], "a"] }],
  [
    { input: "a", dimensions: 1 },
    { input: ["a"], dimensions: 1 },
  ],
  [{ input: "a", dimensions: null, encoding_format: null }, { input: ["a"] }],
  [{ input: texts(2048) }, { input: texts(2048) }],
])("%j is one call of a third party's model", (fields, inputs) => {
  const { calls, model, encoding } = read(fields);

  expect(calls).toEqual([{ inputs, count: Object(inputs).input.length }]);
  expect([model.id, encoding]).toEqual([THEIRS, "float"]);
});

test.each([
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [200, [100, 100]],
])("%i texts are calls of a Workers AI model with %j", (count, counts) => {
  const { calls } = read({ input: texts(count) }, OWN);

  expect(calls.map((call) => call.count)).toEqual(counts);
  expect(calls.flatMap(({ inputs }) => Object(inputs).text)).toEqual(texts(count));
});

const INPUT = "input: expected a text, or a list of 1 to 2048 texts or lists of tokens";

test.each<[object, object]>([
  ...["", [], [""], [[]], 5, [-1], [0.5], ["a", 5], [["a"]], { 0: "a" }, texts(2049)].map(
    (input): [object, object] => [{ input }, { message: INPUT, param: "input" }],
  ),
  [{ dimensions: 0 }, { message: "dimensions: expected 1 or more" }],
  [{ dimensions: 0.5 }, { message: "dimensions: expected a whole number" }],
  [{ encoding_format: "int8" }, { message: 'encoding_format: expected "float" or "base64"' }],
])("%j is refused", (fields, refusal) => {
  expect(refusalOf(() => read(fields))).toMatchObject({ status: 400, ...refusal });
});

test.each<[object, object]>([
  [
    { dimensions: 8 },
    {
      code: "unsupported_parameter",
      param: "dimensions",
      message:
        "dimensions is not supported: the vectors of Workers AI's models have one length; leave it out",
    },
  ],
  [
    { input: ["a", [5]] },
    {
      code: "invalid_value",
      param: "input",
      message:
        "input: Workers AI's models take texts, and no tokens; send the texts themselves (in LangChain, set check_embedding_ctx_length=False)",
    },
  ],
])("%j is refused for a Workers AI model", (fields, refusal) => {
  expect(refusalOf(() => read(fields, OWN))).toMatchObject({ status: 400, ...refusal });
});

test("a field that reaches no model is named", () => {
  expect(read({ input_type: "query", user: null }).ignored).toEqual(["input_type"]);
});

const at = (index: number, embedding: readonly number[]) => ({ index, embedding });
const usage = { prompt_tokens: 3 };

test.each<[string, object, object]>([
  ["in their order", { data: [{ embedding: [1] }, { embedding: [2] }] }, { tokens: 0 }],
  ["by their places", { data: [at(1, [2]), at(0, [1])], usage }, { tokens: 3 }],
  ["bare, as Workers AI's are", { data: [[1], [2]], usage: { total_tokens: 4 } }, { tokens: 4 }],
  ["beside no count", { data: [[1], [2]], usage: { prompt_tokens: 0.5 } }, { tokens: 0 }],
  ["beside a count below 0", { data: [[1], [2]], usage: { prompt_tokens: -1 } }, { tokens: 0 }],
])("vectors that come %s are read", async (_, body, expected) => {
  expect(await readEmbeddings(Response.json(body), 2)).toEqual({
    vectors: [[1], [2]],
    ...expected,
  });
});

test.each<[string, unknown, string]>([
  ["no JSON", "<html>", "bad_model_output"],
  ["no list", { data: "none" }, "bad_model_output"],
  ["too few", { data: [[1]] }, "bad_model_output"],
  ["too many", { data: [[1], [2], [3]] }, "bad_model_output"],
  ["one place twice", { data: [at(0, [1]), at(0, [2])] }, "bad_model_output"],
  ["an empty vector", { data: [[1], []] }, "bad_model_output"],
  ["a vector of texts", { data: [[1], ["a"]] }, "bad_model_output"],
  ["null", { data: [[1], null] }, "bad_model_output"],
  ["an error", { error: { message: "busy", code: 429 } }, "rate_limit_exceeded"],
])("%s in place of vectors is a failure of the model", async (_, body, code) => {
  const response = typeof body === "string" ? new Response(body) : Response.json(body);

  await expect(readEmbeddings(response, 2)).rejects.toMatchObject({ refusal: { code } });
});

test("the vectors of all calls are one answer, with their tokens together", () => {
  const parts = [
    { vectors: [[1], [2]], tokens: 2 },
    { vectors: [[3]], tokens: 3 },
  ];
  const item = (index: number, embedding: unknown) => ({ object: "embedding", index, embedding });

  expect(writeEmbeddings(read({}), parts)).toEqual({
    object: "list",
    model: THEIRS,
    data: [item(0, [1]), item(1, [2]), item(2, [3])],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
});

test.each([1, 2048, 2049, 5000])("a vector of %i numbers is base64, as asked for", (length) => {
  const vector = Array.from({ length }, (_, index) => index / 7 - 3);

  const { data }: { readonly data: readonly { readonly embedding: string }[] } = Object(
    writeEmbeddings(read({ encoding_format: "base64" }), [{ vectors: [vector], tokens: 0 }]),
  );

  const bytes = Buffer.from(data[0]?.embedding ?? "", "base64");
  const floats = Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readFloatLE(index * 4),
  );
  expect(floats).toEqual(vector.map(Math.fround));
});
