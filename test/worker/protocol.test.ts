import { expect, test } from "vitest";

import { CHAT_FIELDS, EMBEDDING_FIELDS, type Fate } from "../../docs/protocol-table.ts";
import { readEmbeddingRequest } from "../../worker/chat/formats/openai-embeddings/request.ts";
import { models } from "../support/models.ts";
import { readChat } from "../support/read-chat.ts";

const MODEL = "openai/gpt-5";
const CHAT = { model: MODEL, messages: [{ role: "user", content: "Hi" }] };

/** A value that each field may have, and that asks for something. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  stream: true,
  temperature: 0.5,
  top_p: 0.5,
  seed: 7,
  stop: ["."],
  frequency_penalty: 1,
  presence_penalty: 1,
  tools: [{ type: "function", function: { name: "look" } }],
  tool_choice: "required",
  parallel_tool_calls: false,
  reasoning_effort: "low",
  n: 2,
  logprobs: true,
  top_logprobs: 2,
  verbosity: "low",
  prompt_cache_key: "key",
  store: true,
  web_search_options: {},
  prompt_cache_retention: "24h",
};
const fieldsOf = (fields: object, wanted: Fate) =>
  Object.entries(fields).flatMap(([field, [fate]]) => (fate === wanted ? [field] : []));

test.each(fieldsOf(CHAT_FIELDS, "passed on"))("%s reaches the model as it is", (field) => {
  expect(SAMPLES).toHaveProperty(field);
  expect(inputs({ [field]: SAMPLES[field] })).toEqual({
    messages: CHAT.messages,
    [field]: SAMPLES[field],
  });
});

test.each(fieldsOf(CHAT_FIELDS, "refused"))("%s is refused by its name", (field) => {
  const value = SAMPLES[field] ?? { any: "value" };

  expect(() => inputs({ [field]: value })).toThrow(
    new RegExp(`^${field} is not (?:supported; leave it out|allowed here: )`),
  );
});

test.each(fieldsOf(CHAT_FIELDS, "ignored"))("%s of a chat never reaches the model", (field) => {
  expect(inputs({ [field]: "value" })).toEqual({ messages: CHAT.messages });
});

test("the fields of embeddings have the fate that the page tells", () => {
  const read = (field: string, model = MODEL) =>
    readEmbeddingRequest(JSON.stringify({ model, input: "Hi", [field]: 8 }), models(model));

  expect(fieldsOf(EMBEDDING_FIELDS, "refused")).toEqual([]);
  for (const field of fieldsOf(EMBEDDING_FIELDS, "passed on")) {
    expect(read(field).calls).toEqual([{ inputs: { input: ["Hi"], [field]: 8 }, count: 1 }]);
    expect(() => read(field, "@cf/a/b")).toThrow(`${field} is not supported`);
  }
  for (const field of fieldsOf(EMBEDDING_FIELDS, "ignored")) {
    expect(read(field).calls).toEqual([{ inputs: { input: ["Hi"] }, count: 1 }]);
  }
});

function inputs(changes: object): object {
  return readChat(JSON.stringify({ ...CHAT, ...changes }), models(MODEL)).inputsFor(MODEL);
}
