/** The AI binding in a Worker of one's own, with Cloudflare's provider for the AI SDK beside it. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { startAccount, type RunningAccount } from "../../support/account.ts";
import { serveBundle } from "../../support/serve-bundle.ts";

const SAID = expect.stringContaining("You said: Hello");

let running: RunningAccount;
beforeAll(async () => {
  running = await startAccount();
  await serveBundle(running, WORKER);
});
afterAll(() => running.stop());

/** Each path runs some lines of code in the Worker; an error is answered with its message. */
const WORKER = `
  import { generateText, streamText } from "ai";
  import { createResumableStream, createWorkersAI } from "workers-ai-provider";
  import { anthropic } from "workers-ai-provider/anthropic";
  import { openai } from "workers-ai-provider/openai";

  const messages = [{ role: "user", content: "Hello" }];
  const stream = { messages, stream: true };
  const through = { gateway: { id: "app" }, returnRawResponse: true };
  const model = (AI, slug, options) => {
    let seen;
    const create = createWorkersAI({ binding: AI, gateway: { id: "app" }, providers: [openai, anthropic] });
    return [create(slug, { ...options, onDispatch: (info) => (seen = info) }), () => seen];
  };

  const CALLS = {
    async urls(AI) {
      const app = AI.gateway("app");
      return [await app.getUrl(), await app.getUrl("openai"), await app.getUrl("workers-ai")];
    },
    async fetches(AI, key) {
      const urls = [await AI.gateway("app").getUrl("openai"), "https://gateway.ai.cloudflare.com/v1/any/app/openai"];
      return Promise.all(urls.map(async (url) => {
        const response = await fetch(url + "/chat/completions", {
          method: "POST",
          headers: { "cf-aig-authorization": "Bearer " + key },
          body: JSON.stringify({ model: "gpt-4o", messages }),
        });
        return response.status;
      }));
    },
    async pages(AI) {
      return (await fetch(new URL("/", await AI.gateway("app").getUrl()))).status;
    },
    prompt: (AI) => AI.run("@cf/meta/x", { prompt: "Hello" }, { gateway: { id: "app" } }),
    alone: (AI) => AI.run("@cf/meta/x", { prompt: "Hello" }),
    strangerAlone: (AI) => AI.run("openai/gpt-4o", { messages }),
    unknown: (AI) => AI.run("mistral/large", { messages }, { gateway: { id: "app" } }),
    byDefault: (AI) => AI.run("openai/gpt-4o", { messages }, { gateway: { id: "default" } }),
    models: (AI) => AI.models(),
    toMarkdown: (AI) => AI.toMarkdown({ name: "a.txt", blob: new Blob(["a"]) }),
    patch: (AI) => AI.gateway("app").patchLog("none", { feedback: 1 }),
    async cache(AI) {
      const statuses = [];
      for (const _ of [1, 2]) {
        const [asked, seen] = model(AI, "openai/gpt-5-mini", { cacheTtl: 120 });
        await generateText({ model: asked, prompt: "What is 2 + 2?" });
        statuses.push([seen().transport, seen().cacheStatus]);
      }
      return statuses;
    },
    async streams(AI) {
      return Promise.all(["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"].map(async (slug) => {
        const [asked, seen] = model(AI, slug);
        const text = await streamText({ model: asked, prompt: "Hello" }).text;
        return { text, transport: seen().transport, isResumable: typeof seen().runId === "string" };
      }));
    },
    async fallback(AI) {
      const [asked] = model(AI, "openai/this-model-does-not-exist", {
        fallback: { mode: "client", models: ["openai/gpt-5-mini"] },
      });
      return (await generateText({ model: asked, prompt: "Hello" })).text;
    },
    async resume(AI) {
      const { headers, body } = await AI.run("openai/gpt-5-mini", stream, through);
      const runId = headers.get("cf-aig-run-id");
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let first = "";
      while (first.split("\\n\\n").length < 4) first += (await reader.read()).value;
      await reader.cancel();
      const count = first.split("\\n\\n").length - 1;
      const follow = (fromEvent) =>
        new Response(createResumableStream({ binding: AI, gateway: "app", runId, fromEvent })).text();
      const head = first.slice(0, first.lastIndexOf("\\n\\n") + 2);
      return { runId, joined: head + (await follow(count)), whole: await follow(0) };
    },
    async resumeNone(AI) {
      const options = { binding: AI, gateway: "app", runId: "none" };
      return new Response(createResumableStream(options)).text();
    },
    async runIds(AI) {
      const names = [["@cf/meta/x", stream], ["openai/gpt-4o", { messages }]];
      return Promise.all(names.map(async ([name, inputs]) =>
        (await AI.run(name, inputs, through)).headers.has("cf-aig-run-id")));
    },
  };

  export default {
    async fetch(request, env) {
      try {
        const { pathname, searchParams } = new URL(request.url);
        return Response.json(await CALLS[pathname.slice(1)](env.AI, searchParams.get("key")));
      } catch (error) {
        return Response.json({ name: error.name, message: error.message });
      }
    },
  };
`;

test("getUrl leads to the account's endpoints, with a slash after the gateway alone", async () => {
  const base = new URL(`v1/${running.accountId}/app/`, running.url).href;

  expect(await call("urls")).toEqual([base, `${base}openai`, `${base}workers-ai`]);
});

test("a Worker reaches the endpoints there and under Cloudflare's name, and no page", async () => {
  expect(await call("fetches")).toEqual([200, 200]);
  expect(await call("pages")).toBe(403);
});

test("a prompt is run as a message", async () => {
  expect(await call("prompt")).toMatchObject({ response: SAID });
});

test("a model of Workers AI runs without a gateway, and leaves no log", async () => {
  const before = running.store.count();

  expect(await call("alone")).toMatchObject({ response: SAID });
  expect(running.store.count()).toBe(before);
});

test.each([
  ["strangerAlone", /^501: openai\/gpt-4o is a third party's model, which runs through a gateway/],
  ["unknown", /^7003: Model not found: mistral\/large$/],
  ["models", /only run\(\) through a gateway .* not GET \/ai-api\/models\/search$/],
  ["toMarkdown", /not POST \/to-everything\/markdown\/transformer$/],
  ["patch", /Not Found/],
])("%s throws an error of one sentence", async (name, message) => {
  expect(await call(name)).toMatchObject({ message: expect.stringMatching(message) });
});

test("the gateway default is made by the first run that names it", async () => {
  expect(await call("byDefault")).toMatchObject({ choices: [{ message: { content: SAID } }] });

  expect(running.store.list(1)).toMatchObject([{ gateway: "default" }]);
});

test("Cloudflare's provider gets a HIT for a third party's model on the gateway's path", async () => {
  expect(await call("cache")).toEqual([
    ["gateway", "MISS"],
    ["gateway", "HIT"],
  ]);
});

test("Cloudflare's provider streams third parties' models, resumably", async () => {
  const one = { text: SAID, transport: "run", isResumable: true };

  expect(await call("streams")).toEqual([one, one]);
});

test("Cloudflare's provider falls back where a model does not exist", async () => {
  expect(await call("fallback")).toEqual(SAID);
});

test("a dropped stream is put together again, event by event", async () => {
  const { runId, joined, whole } = Object(await call("resume"));

  expect(runId).toMatch(/^[0-9a-f-]{36}$/);
  expect(joined).toBe(whole);
  expect(whole).toMatch(/\[DONE\]\n\n$/);
});

test("a stream that is not kept is not resumed", async () => {
  expect(await call("resumeNone")).toMatchObject({
    message: expect.stringContaining("expired (404)"),
  });
});

test("neither Workers AI's streams nor whole answers can be resumed", async () => {
  expect(await call("runIds")).toEqual([false, false]);
});

async function call(name: string): Promise<unknown> {
  const url = await running.workers.find("asks");
  return (await fetch(new URL(`/${name}?key=${running.key}`, url))).json();
}
