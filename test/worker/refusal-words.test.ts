import fc from "fast-check";
import { expect, test } from "vitest";

import type { Model } from "../../worker/chat/env.ts";
import { readEmbeddingRequest } from "../../worker/chat/formats/openai-embeddings/request.ts";
import { RefusalError } from "../../worker/chat/refusal.ts";
import { models } from "../support/models.ts";
import { readChat } from "../support/read-chat.ts";
import { runs } from "../support/runs.ts";

const TOOL_CALL = { id: "1", type: "function", function: { name: "look", arguments: "{}" } };
const JSON_SCHEMA = { name: "event", description: "d", schema: {}, strict: true };
const CHAT = {
  model: "m",
  messages: [
    { role: "system", content: [{ type: "text", text: "Be brief" }], name: "s" },
    {
      role: "user",
      content: [{ type: "image_url", image_url: { url: "https://a.test/a.png", detail: "low" } }],
    },
    {
      role: "assistant",
      content: [{ type: "refusal", refusal: "no" }],
      tool_calls: [TOOL_CALL],
    },
    { role: "tool", content: "31", tool_call_id: "1" },
  ],
  stream: true,
  stream_options: { include_usage: true },
  temperature: 1,
  top_p: 1,
  max_tokens: 1,
  max_completion_tokens: 1,
  seed: 1,
  stop: ["."],
  frequency_penalty: 1,
  presence_penalty: 1,
  tools: [
    {
      type: "function",
      function: { name: "look", description: "d", parameters: {}, strict: true },
    },
  ],
  tool_choice: { type: "function", function: { name: "look" } },
  parallel_tool_calls: true,
  response_format: { type: "json_schema", json_schema: JSON_SCHEMA },
  reasoning_effort: "low",
};
const EMBEDDING = { model: "m", input: ["a", "b"], encoding_format: "float" };

/** A field, then one problem in a caller's words: no name of a type or an operator of ours. */
const EXPECTED = [
  "an? (?:text|list|object|number|whole number)",
  "a text, or a list of (?:1 to 2048 texts or lists of tokens|texts|parts)",
  "true or false",
  "-?\\d+ or (?:more|less)",
  '"[a-z_0-9]+"(?:(?: or|,) "[a-z_0-9]+")*(?:; "input_audio" is not supported)?',
  "an https: address, or the image itself as data:image/png;base64,…",
];
const WORDS = new RegExp(
  `^[a-z_0-9.]+: (?:missing|(?:\\d+ (?:items|characters), )?expected (?:${EXPECTED.join("|")}))$`,
);

test.each<[string, object, (body: string, models: readonly Model[]) => unknown]>([
  ["a chat", CHAT, readChat],
  ["embeddings", EMBEDDING, readEmbeddingRequest],
])("whatever stands wrongly in %s is refused in a caller's words", (_, whole, read) => {
  const wrong = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("", [], {}, [{}], 0.5, -9, 9, { type: "x" }, { role: "x" }),
    fc.array(fc.constant("a"), { minLength: 99, maxLength: 102 }),
  );

  expect(() => read(JSON.stringify(whole), models("m"))).not.toThrow();
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(whole)), wrong, (path, value) => {
      for (const problem of problemsOf(replaceAt(whole, path, value), read)) {
        expect(problem).toMatch(WORDS);
      }
    }),
    runs(1000, 30_000),
  );
});

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function replaceAt(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(whole))
    return whole.with(Number(key), replaceAt(whole[Number(key)], rest, value));
  const inner: unknown = Reflect.get(Object(whole), key);
  return { ...Object(whole), [key]: replaceAt(inner, rest, value) };
}

function problemsOf(
  body: unknown,
  read: (body: string, models: readonly Model[]) => unknown,
): readonly string[] {
  try {
    read(JSON.stringify(body), models("m"));
    return [];
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    // Its own words, told apart by their code.
    if (error.refusal.code === "model_not_found") return [];
    return error.message.split(/; (?=[a-z_0-9.]+: )/);
  }
}
