/** The models on Cloudflare's REST API, as the official SDKs call them. */
import { Anthropic } from "@anthropic-ai/sdk";
import { generateText } from "ai";
import { OpenAI } from "openai";
import { expect, onTestFinished, test, vi } from "vitest";
import { createWorkersAI } from "workers-ai-provider";

import { startAccount, type AccountScene, type RunningAccount } from "../../support/account.ts";

const MODEL = "@cf/meta/llama-3.1-8b-instruct";
const messages = [{ role: "user" as const, content: "Hello" }];
const SAID = expect.stringContaining("You said: Hello");
const APP = { "cf-aig-gateway-id": "app" };

test("Cloudflare's SDK runs a model of Workers AI, which passes no gateway and leaves no log", async () => {
  const running = await start();
  const { ai } = running.client();

  const whole = await ai.run(MODEL, { account_id: running.accountId, prompt: "Hello" });
  const vectors = await ai.run("@cf/baai/bge-m3", { account_id: running.accountId, text: "Hello" });

  expect(whole).toMatchObject({ response: SAID });
  expect(vectors).toMatchObject({ shape: [1, 32] });
  expect(running.store.count()).toBe(0);
});

test("Cloudflare's SDK runs a model of Workers AI through the gateway that a header names", async () => {
  const running = await start();
  const headers = { ...APP, "cf-aig-metadata": '{"team":"a"}' };

  const params = { account_id: running.accountId, prompt: "Hello" };
  const answer = await running.client().ai.run(MODEL, params, { headers });

  expect(answer).toMatchObject({ response: SAID });
  expect(running.store.list(9)).toMatchObject([
    { gateway: "app", model: MODEL, metadata: { team: "a" } },
  ]);
});

test("what Cloudflare's SDK calls of the models beside their run is 501 by name", async () => {
  const running = await start();
  const { accountId: account_id } = running;
  const { ai } = running.client();
  const calls = [
    () => ai.run("openai/gpt-4o", { account_id, prompt: "Hello" }),
    () => ai.models.list({ account_id }),
    () => ai.models.schema.get({ account_id, model: MODEL }),
    () => ai.tasks.list({ account_id }),
    () => ai.authors.list({ account_id }),
    () => ai.finetunes.list({ account_id }),
    () => ai.toMarkdown.supported({ account_id }),
  ];

  for (const call of calls) {
    await expect(call().then(() => "answered")).rejects.toMatchObject({
      status: 501,
      message: expect.stringMatching(/does not imitate (?:GET|POST) \//),
    });
  }
});

test.each([
  ["openai/gpt-4o", { messages }, { choices: [{ message: { content: SAID } }] }],
  ["anthropic/claude-sonnet-5", { messages, max_tokens: 99 }, { content: [{ text: SAID }] }],
  [MODEL, { messages }, { response: SAID }],
])("the run of %s in a body answers in its own form, within the envelope", async (...row) => {
  const [model, input, result] = row;
  const running = await start();

  const answer = await post(running, "run", { model, input }, APP);

  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ success: true, errors: [], messages: [], result });
  expect(running.store.list(1)).toMatchObject([{ gateway: "app", model }]);
});

test("a body's options name a gateway and its cache, and headers take precedence", async () => {
  const running = await start();
  const gateway = { id: "app", cacheTtl: 60 };
  const body = { model: "openai/gpt-4o", input: { messages }, options: { gateway } };

  const answers = [
    await post(running, "run", body),
    await post(running, "run", body),
    await post(running, "run", body, { "cf-aig-skip-cache": "true" }),
  ];

  const statuses = answers.map(({ headers }) => headers.get("cf-aig-cache-status"));
  expect(statuses).toEqual(["MISS", "HIT", "MISS"]);
});

test("OpenAI's SDK chats, streams, responds and embeds through the gateway default", async () => {
  const running = await start();
  const openai = openaiAt(running);

  const chat = await openai.chat.completions.create({
    model: "anthropic/claude-sonnet-5",
    messages,
  });
  const stream = await openai.chat.completions.create({
    model: "openai/gpt-4.1",
    messages,
    stream: true,
  });
  await Array.fromAsync(stream);
  const response = await openai.responses.create({ model: "openai/gpt-5.6", input: "Hello" });
  await openai.embeddings.create({ model: "openai/text-embedding-3-small", input: "Hello" });

  expect(chat.choices[0]?.message.content).toEqual(SAID);
  expect(response.output_text).toEqual(SAID);
  expect(running.store.list(9).map(({ gateway }) => gateway)).toEqual(Array(4).fill("default"));
});

test("OpenAI's SDK uses models of Workers AI, with a gateway and without one", async () => {
  const running = await start();

  for (const openai of [openaiAt(running), openaiAt(running, APP)]) {
    const chat = await openai.chat.completions.create({ model: MODEL, messages });
    const oss = "@cf/openai/gpt-oss-120b";
    const response = await openai.responses.create({ model: oss, input: "Hello" });
    const embedding = { model: "@cf/baai/bge-m3", input: "Hello" };
    const { data } = await openai.embeddings.create(embedding);
    expect(chat.choices[0]?.message.content).toEqual(SAID);
    expect(response.output_text).toEqual(SAID);
    expect(data).toHaveLength(1);
  }

  expect(running.store.list(9).map(({ gateway }) => gateway)).toEqual(["app", "app", "app"]);
});

test.each(["ai", "ai/v1"])(
  "Anthropic's SDK talks at the base URL %s, its key being the token",
  async (path) => {
    const running = await start();
    const baseURL = `${running.apiUrl}/accounts/${running.accountId}/${path}`;
    const anthropic = new Anthropic({ baseURL, apiKey: running.key });

    const request = { model: "anthropic/claude-sonnet-5", max_tokens: 99, messages };
    const { content } = await anthropic.messages.create(request);

    expect(content).toMatchObject([{ type: "text", text: SAID }]);
  },
);

test("workers-ai-provider answers over HTTP without a gateway", async () => {
  const running = await start();
  const real = globalThis.fetch;
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const { hostname, pathname } = new URL(input instanceof Request ? input.url : String(input));
    expect(hostname).toBe("api.cloudflare.com");
    return real(new URL(pathname, running.url), init);
  });
  onTestFinished(() => spy.mockRestore());
  const provider = createWorkersAI({ accountId: running.accountId, apiKey: running.key });

  const { text } = await generateText({ model: provider(MODEL), prompt: "Hello" });

  expect(text).toEqual(SAID);
});

test.each([
  ["run", { model: "mistral/large", input: { messages } }, 404, 7003],
  ["v1/chat/completions", { model: "gpt-4o", messages }, 404, 7003],
  ["run", { model: MODEL, input: { messages } }, 400, 2001],
  ["v1/responses", { model: "google/gemini", input: "Hello" }, 501, 501],
  ["v1/messages", { model: "openai/gpt-4o", messages }, 501, 501],
])("POST %s with %j is refused", async (path, body, status, code) => {
  const answer = await post(await start(), path, body);

  expect([answer.status, Object(await answer.json()).internalCode]).toEqual([status, code]);
});

test.each([
  ["run", { input: {} }, ["model"]],
  ["run", { model: "openai/gpt-4o" }, ["input"]],
  ["v1/chat/completions", { messages }, ["model"]],
])("POST %s with %j is a 400 that names the field", async (path, body, field) => {
  const answer = await post(await start(), path, body);

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ success: false, errors: [{ path: field }] });
});

test("a refusal of Workers AI stands as it is, in no envelope", async () => {
  const answer = await post(await start(), `run/${MODEL}`, {});

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ success: false, errors: [{ code: 5004 }] });
});

// [permission, through a gateway, without one]
test.each([
  ["AI Gateway Run", 200, 403],
  ["Workers AI Read", 403, 200],
  ["AI Gateway Read", 403, 403],
])("a token with %s answers with %i through a gateway, with %i without", async (...row) => {
  const [name, through, without] = row;
  const running = await start();
  const { accountId: account_id } = running;
  const { tokens } = running.client().accounts;
  const groups = await tokens.permissionGroups.list({ account_id, name });
  const permission_groups = [{ id: groups.result[0]?.id ?? "" }];
  const resources = { [`com.cloudflare.api.account.${account_id}`]: "*" };
  const policies = [{ effect: "allow" as const, permission_groups, resources }];
  const { value = "" } = await tokens.create({ account_id, name: "calls", policies });
  const authorization = `Bearer ${value}`;
  const body = { prompt: "Hello" };

  const answers = [
    await post(running, `run/${MODEL}`, body, { ...APP, authorization }),
    await post(running, `run/${MODEL}`, body, { authorization }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([through, without]);
});

test.each(["run", `run/${MODEL}`, "v1/chat/completions", "v1/messages"])(
  "POST %s is 401 without a token",
  async (path) => {
    const answer = await post(await start(), path, {}, { authorization: "" });

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ success: false, errors: [{ code: 10_000 }] });
  },
);

test.each([
  ["v1/messages", 200],
  ["v1/chat/completions", 401],
])("a key in Anthropic's header is a token at %s: %i", async (path, status) => {
  const running = await start();
  const request = { model: "anthropic/claude-sonnet-5", max_tokens: 99, messages };

  const answer = await fetch(`${running.apiUrl}/accounts/${running.accountId}/ai/${path}`, {
    method: "POST",
    headers: { "x-api-key": running.key },
    body: JSON.stringify(request),
  });

  expect(answer.status).toBe(status);
});

async function start(scene?: AccountScene): Promise<RunningAccount> {
  const running = await startAccount(scene);
  onTestFinished(() => running.stop());
  return running;
}

function openaiAt({ apiUrl, accountId, key }: RunningAccount, defaultHeaders = {}): OpenAI {
  const baseURL = `${apiUrl}/accounts/${accountId}/ai/v1`;
  return new OpenAI({ baseURL, apiKey: key, maxRetries: 0, defaultHeaders });
}

function post(
  { apiUrl, accountId, key }: RunningAccount,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${apiUrl}/accounts/${accountId}/ai/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(body),
  });
}
