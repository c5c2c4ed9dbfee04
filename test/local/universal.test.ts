import { expect, test } from "vitest";

import { callInTurn, universalCalls } from "../../local/gateway/universal.ts";
import { openGateway } from "../support/gateway.ts";

const messages = [{ role: "user", content: "Hi" }];

test.each([
  ["openai", "chat/completions", { model: "gpt-4o", messages }, "choices"],
  // OpenAI's own API takes it in the chat form, too; only the AI binding does not.
  ["openai", "chat/completions", { model: "gpt-5.6-terra", messages }, "choices"],
  ["openai", "responses", { model: "gpt-4o", input: "Hi" }, "output"],
  ["anthropic", "v1/messages", { model: "claude-sonnet-5", messages, max_tokens: 9 }, "content"],
  ["openai", "embeddings", { model: "text-embedding-3-small", input: "Hi" }, "data"],
  ["workers-ai", "@cf/meta/x", { messages }, "response"],
])("%s at %s is called in the form of its path", async (provider, endpoint, query, field) => {
  const answer = await call({ provider, endpoint, query });

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toHaveProperty(field);
});

test("a path of no known form is not imitated", async () => {
  const answer = await call({
    provider: "openai",
    endpoint: "audio/speech",
    query: { model: "m" },
  });

  expect(answer.status).toBe(501);
});

function call(one: object) {
  return callInTurn(openGateway().gateway, "app", universalCalls.parse([one]), {});
}
