/** The endpoints beside a Worker, as the official SDKs and Cloudflare's own providers call them. */
import { Anthropic } from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";
import { createAiGateway } from "ai-gateway-provider";
import { OpenAI } from "openai";
import { expect, onTestFinished, test, vi } from "vitest";
import { createWorkersAI } from "workers-ai-provider";

import { startAccount, type AccountScene, type RunningAccount } from "../../support/account.ts";

const messages = [{ role: "user" as const, content: "Hello" }];

test("OpenAI's SDK chats, streams, responds and embeds at openai, with its own keys", async () => {
  const running = await start();
  const openai = openaiAt(running, "openai");

  const chat = await openai.chat.completions.create({ model: "gpt-4o", messages });
  const stream = await openai.chat.completions.create({ model: "gpt-4o", messages, stream: true });
  const text = (await Array.fromAsync(stream)).map((each) => each.choices[0]?.delta.content ?? "");
  const response = await openai.responses.create({ model: "gpt-5.6", input: "Hello" });
  const embedding = { model: "text-embedding-3-small", input: "Hello" };
  const { data } = await openai.embeddings.create(embedding);

  expect(chat.choices[0]?.message.content).toContain("You said: Hello");
  expect(text.join("")).toBe(chat.choices[0]?.message.content);
  expect(response.output_text).toContain("You said: Hello");
  expect(data[0]?.embedding).toHaveLength(32);
  expect(running.store.list(9).map((log) => [log.gateway, log.provider, log.model])).toEqual([
    ["app", "openai", "openai/text-embedding-3-small"],
    ["app", "openai", "openai/gpt-5.6"],
    ["app", "openai", "openai/gpt-4o"],
    ["app", "openai", "openai/gpt-4o"],
  ]);
});

test("Anthropic's SDK talks at anthropic", async () => {
  const running = await start();
  const anthropic = new Anthropic({
    baseURL: gatewayUrl(running, "anthropic"),
    apiKey: "none",
    defaultHeaders: authorized(running),
  });

  const request = { model: "claude-sonnet-5", max_tokens: 99, messages };
  const { content } = await anthropic.messages.create(request);

  expect(content).toMatchObject([{ type: "text", text: expect.stringContaining("Hello") }]);
  expect(running.store.list(1)).toMatchObject([{ model: "anthropic/claude-sonnet-5" }]);
});

test.each([
  ["workers-ai/v1", "@cf/meta/llama-3.1-8b-instruct"],
  ["compat", "workers-ai/@cf/meta/llama-3.1-8b-instruct"],
  ["compat", "anthropic/claude-sonnet-5"],
  ["compat", "google-ai-studio/gemini-2.5-flash"],
  ["groq", "llama-3.3-70b"],
])("OpenAI's SDK chats at %s with %s", async (path, model) => {
  const openai = openaiAt(await start(), path);

  const { choices } = await openai.chat.completions.create({ model, messages });

  expect(choices[0]?.message.content).toContain("You said: Hello");
});

test("ai-gateway-provider answers over HTTP, its second model where the first fails", async () => {
  const running = await start();
  reach(running);
  const { accountId, key: apiKey } = running;
  const gateway = createAiGateway({ accountId, gateway: "app", apiKey, options: { cacheTtl: 60 } });
  const model = () =>
    gateway(["does-not-exist", "gpt-4o"].map((name) => createOpenAI({ apiKey: "key" }).chat(name)));

  const { text, response } = await generateText({ model: model(), prompt: "Hello", maxRetries: 0 });
  const again = await generateText({ model: model(), prompt: "Hello", maxRetries: 0 });

  expect(text).toContain("You said: Hello");
  expect(response.headers).toMatchObject({ "cf-aig-step": "1", "cf-aig-cache-status": "MISS" });
  expect(again.response.headers).toMatchObject({ "cf-aig-cache-status": "HIT" });
});

test("ai-gateway-provider names a gateway that is not there, and a token that is none", async () => {
  const running = await start();
  reach(running);
  const ask = (gateway: string, apiKey: string) =>
    generateText({
      model: createAiGateway({ accountId: running.accountId, gateway, apiKey })(
        createOpenAI({ apiKey: "key" }).chat("gpt-4o"),
      ),
      prompt: "Hello",
      maxRetries: 0,
    });

  await expect(ask("other", running.key)).rejects.toThrow("This AI gateway does not exist");
  await expect(ask("app", "wrong")).rejects.toThrow("has authentication active");
});

test("workers-ai-provider answers through a gateway over HTTP, whole and streamed", async () => {
  // It sends its token for Workers AI alone, which opens no authenticated gateway.
  const running = await start({ gateways: [{ authentication: false }] });
  reach(running);
  const { accountId, key: apiKey } = running;
  const provider = createWorkersAI({ accountId, apiKey, gateway: { id: "app" } });
  const model = provider("@cf/meta/llama-3.1-8b-instruct");

  const { text } = await generateText({ model, prompt: "Hello" });
  const streamed = await streamText({ model, prompt: "Hello" }).text;

  expect(text).toContain("You said: Hello");
  expect(streamed).toBe(text);
  expect(running.store.list(9)).toHaveLength(2);
});

test.each([
  ["GET", "openai/models"],
  ["POST", "openai/audio/speech"],
  ["POST", "compat/embeddings"],
  ["POST", "workers-ai/v1/completions"],
  ["POST", "huggingface/bigcode/starcoder"],
  ["GET", "workers-ai/@cf/meta/x"],
  ["GET", ""],
])("%s %s is 501 by name, whoever asks", async (method, path) => {
  const running = await start();
  const full = `/v1/${running.accountId}/app/${path}`;

  const answer = await fetch(new URL(full, running.url), { method });

  expect(answer.status).toBe(501);
  expect(await answer.json()).toMatchObject({
    description: `the local AI Gateway does not imitate ${method} ${full}`,
  });
});

test.each(["openai/responses", "anthropic/v1/messages", "compat/chat/completions", ""])(
  "an authenticated gateway refuses a call at %s without its token",
  async (path) => {
    const running = await start();

    const answer = await fetch(gatewayUrl(running, path), {
      method: "POST",
      headers: { authorization: `Bearer ${running.key}` },
      body: JSON.stringify({ model: "openai/gpt-4o", messages }),
    });

    expect([answer.status, Object(await answer.json()).internalCode]).toEqual([401, 2009]);
    expect(running.store.count()).toBe(0);
  },
);

test("a body that is no list of calls is refused at the universal endpoint", async () => {
  const running = await start();

  const answer = await fetch(gatewayUrl(running, ""), {
    method: "POST",
    headers: authorized(running),
    body: "{}",
  });

  expect(answer.status).toBe(400);
});

test("the first call with a token makes the gateway that is named default", async () => {
  const running = await start({ gateways: [] });
  const ask = (headers: Record<string, string>) =>
    fetch(new URL(`/v1/${running.accountId}/default/openai/chat/completions`, running.url), {
      method: "POST",
      headers,
      body: JSON.stringify({ model: "gpt-4o", messages }),
    });

  const statuses = [(await ask({})).status, (await ask(authorized(running))).status];
  const { result } = await running.client().aiGateway.list({ account_id: running.accountId });

  expect(statuses).toEqual([401, 200]);
  expect(result).toMatchObject([{ id: "default", authentication: true, is_default: true }]);
});

async function start(scene?: AccountScene): Promise<RunningAccount> {
  const running = await startAccount(scene);
  onTestFinished(() => running.stop());
  return running;
}

function gatewayUrl({ url, accountId }: RunningAccount, path: string): string {
  return new URL(`v1/${accountId}/app/${path}`, url).href;
}

function authorized({ key }: RunningAccount): Record<string, string> {
  return { "cf-aig-authorization": `Bearer ${key}` };
}

function openaiAt(running: RunningAccount, path: string): OpenAI {
  const defaultHeaders = authorized(running);
  return new OpenAI({ baseURL: gatewayUrl(running, path), apiKey: "none", defaultHeaders });
}

/** Leads what the process sends to Cloudflare's gateways to the account, until the test ends. */
function reach({ url }: RunningAccount): void {
  const real = globalThis.fetch;
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const { hostname, pathname, search } = new URL(
      input instanceof Request ? input.url : String(input),
    );
    expect(hostname).toBe("gateway.ai.cloudflare.com");
    return real(new URL(pathname + search, url), init);
  });
  onTestFinished(() => spy.mockRestore());
}
