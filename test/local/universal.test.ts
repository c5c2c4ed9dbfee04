import { expect, test } from "vitest";

import type { Model } from "../../local/gateway/model.ts";
import { isEndpoint } from "../../local/gateway/targets.ts";
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
  ["anthropic", "messages", { model: "claude-sonnet-5", messages, max_tokens: 9 }, "content"],
  ["workers-ai", "v1/chat/completions", { model: "@cf/meta/x", messages }, "choices"],
  ["workers-ai", "v1/embeddings", { model: "@cf/baai/bge-m3", input: "Hi" }, "data"],
  ["compat", "chat/completions", { model: "openai/gpt-4o", messages }, "choices"],
  ["compat", "chat/completions", { model: "anthropic/claude-sonnet-5", messages }, "choices"],
  ["compat", "chat/completions", { model: "workers-ai/@cf/meta/x", messages }, "choices"],
])("%s at %s is called in the form of its path", async (provider, endpoint, query, field) => {
  const answer = await call({ provider, endpoint, query });

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toHaveProperty(field);
  expect(isEndpoint(provider, endpoint)).toBe(true);
});

test.each([
  ["openai", "chat/completions", { model: "gpt-4o", messages }, "openai/gpt-4o"],
  ["workers-ai", "@cf/meta/x", { messages }, "@cf/meta/x"],
  ["workers-ai", "v1/chat/completions", { model: "@cf/meta/x", messages }, "@cf/meta/x"],
  ["compat", "chat/completions", { model: "workers-ai/@cf/meta/x", messages }, "@cf/meta/x"],
  ["compat", "chat/completions", { model: "groq/workers-ai/x", messages }, "groq/workers-ai/x"],
])(
  "a call of %s at %s with %j is logged as one of %s",
  async (provider, endpoint, query, model) => {
    const { gateway, store } = openGateway();

    await callInTurn(gateway, "app", universalCalls.parse([{ provider, endpoint, query }]), {});

    expect(store.list(1)).toMatchObject([{ model }]);
  },
);

test("a stream of Workers AI stands in no envelope", async () => {
  const query = { messages, stream: true };

  const answer = await call({ provider: "workers-ai", endpoint: "@cf/meta/x", query });

  expect(answer).toMatchObject({ body: "", pieces: expect.anything() });
});

test("a failure of Workers AI stands in no envelope", async () => {
  const { status, body } = await call({ provider: "workers-ai", endpoint: "@cf/x", query: {} });

  expect([status, JSON.parse(body)]).toMatchObject([400, { errors: [{ code: 5004 }] }]);
});

test.each([
  ["openai", "audio/speech"],
  ["openai", "chat/completions/1"],
  ["openai", "responses/resp_1"],
  ["openai", "@cf/meta/x"],
  ["anthropic", "v1/messages/batches"],
  ["compat", "embeddings"],
  ["workers-ai", "v2/@cf/meta/x"],
])("a path of no known form is not imitated: %s at %s", async (provider, endpoint) => {
  const answer = await call({ provider, endpoint, query: { model: "m" } });

  const message = `the local AI Gateway does not imitate ${provider} at ${endpoint}`;
  expect(answer.status).toBe(501);
  // Each list for one of the binding's clients.
  const error = [{ code: 501, message }];
  expect(JSON.parse(answer.body)).toMatchObject({ success: false, error, errors: error });
  expect(isEndpoint(provider, endpoint)).toBe(false);
});

test.each([
  [[500, 400, 200, 200], 200, "2"],
  [[200, 200], 200, "0"],
  [[429, 404], 404, "1"],
])("of calls that end in %j, the answer is %i, of step %s", async (statuses, status, step) => {
  const model: Model = async (name) => ({ status: Number(name.split("/")[1]), body: "{}" });
  const { gateway, store } = openGateway({ model });
  const calls = statuses.map((each) => ({
    provider: "openai",
    endpoint: "responses",
    query: { model: String(each) },
  }));

  const answer = await callInTurn(gateway, "app", universalCalls.parse(calls), {});

  expect([answer.status, answer.headers["cf-aig-step"]]).toEqual([status, step]);
  expect(answer.headers).toMatchObject({ "content-type": "application/json" });
  expect(store.count()).toBe(Number(step) + 1);
});

test("a list without a call is refused", () => {
  expect(universalCalls.safeParse([]).success).toBe(false);
});

test.each([
  ["openai", {}],
  ["compat", { model: "gpt-4o" }],
])("a call of %s with %j names no model of a provider, which is 2019", async (provider, query) => {
  const answer = await call({ provider, endpoint: "chat/completions", query });

  const { internalCode, description } = JSON.parse(answer.body);
  expect([answer.status, internalCode, description]).toEqual([
    400,
    2019,
    "Invalid provider or model",
  ]);
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
