import { expect, test } from "vitest";

import { callInTurn, universalCalls } from "../../local/gateway/universal.ts";
import { openGateway } from "../support/gateway.ts";

const messages = [{ role: "user", content: "Hi" }];

test.each([
  ["openai", "chat/completions", { model: "gpt-4o", messages }, "choices"],
  // OpenAI's own API takes it in the chat format, too; only the AI binding does not.
  ["openai", "chat/completions", { model: "gpt-5.6-terra", messages }, "choices"],
  ["openai", "responses", { model: "gpt-4o", input: "Hi" }, "output"],
  ["anthropic", "v1/messages", { model: "claude-sonnet-5", messages, max_tokens: 9 }, "content"],
  ["openai", "embeddings", { model: "text-embedding-3-small", input: "Hi" }, "data"],
  // Its own endpoint has the envelope of Cloudflare's API.
  ["workers-ai", "@cf/meta/x", { messages }, "result.response"],
  ["workers-ai", "run/@cf/meta/x", { prompt: "Hi" }, "result.response"],
  ["workers-ai", "v1/chat/completions", { model: "@cf/meta/x", messages }, "choices"],
  ["workers-ai", "v1/embeddings", { model: "@cf/baai/bge-m3", input: "Hi" }, "data"],
  ["compat", "chat/completions", { model: "openai/gpt-4o", messages }, "choices"],
  ["compat", "chat/completions", { model: "anthropic/claude-sonnet-5", messages }, "choices"],
  ["compat", "chat/completions", { model: "workers-ai/@cf/meta/x", messages }, "choices"],
])("%s at %s is called in the form of its path", async (provider, endpoint, query, field) => {
  const answer = await call({ provider, endpoint, query });

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toHaveProperty(field);
});

test("a stream of Workers AI stands in no envelope", async () => {
  const query = { messages, stream: true };

  const answer = await call({ provider: "workers-ai", endpoint: "@cf/meta/x", query });

  expect(answer).toMatchObject({ body: "", pieces: expect.anything() });
});

test("a path of no known form is not imitated", async () => {
  const answer = await call({
    provider: "openai",
    endpoint: "audio/speech",
    query: { model: "m" },
  });

  expect(answer.status).toBe(501);
});

test.each([
  ["openai", {}],
  ["compat", { model: "gpt-4o" }],
])("a call of %s with %j names no model of a provider, which is 2019", async (provider, query) => {
  const answer = await call({ provider, endpoint: "chat/completions", query });

  expect([answer.status, JSON.parse(answer.body).internalCode]).toEqual([400, 2019]);
});

test("a call is retried as its own configuration says, unless a header says otherwise", async () => {
  let count = 0;
  const model = async () => {
    count++;
    return { status: 500, body: "{}" };
  };
  const config = { maxAttempts: 2, retryDelay: 0 };
  const one = { provider: "openai", endpoint: "responses", query: { model: "a" }, config };
  const { gateway } = openGateway({ model });

  for (const headers of [{}, { "cf-aig-max-attempts": "1" }]) {
    await callInTurn(gateway, "app", universalCalls.parse([one]), headers);
  }

  expect(count).toBe(3 + 2);
});

function call(one: object) {
  return callInTurn(openGateway().gateway, "app", universalCalls.parse([one]), {});
}
