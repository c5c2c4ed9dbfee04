/** Cloudflare's own providers for the AI SDK, in a Worker that runs here, through the local gateway. */

import { expect, onTestFinished, test } from "vitest";

import { localModel } from "../../local/gateway/local-model/local-model.ts";
import type { Model } from "../../local/gateway/model.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { serveBundle } from "../support/serve-bundle.ts";

test("workers-ai-provider answers through the gateway that its binding names", async () => {
  const running = await start({
    imports: `import { createWorkersAI } from "workers-ai-provider";`,
    model: `createWorkersAI({ binding: env.AI, gateway: { id: "app" } })("@cf/a/b")`,
  });

  expect(await askWorker(running)).toContain("You said: Hello");
  expect(running.store.list(2)).toMatchObject([
    { gateway: "app", provider: "workers-ai", model: "@cf/a/b", status: 200 },
  ]);
});

test("ai-gateway-provider answers by the universal endpoint, its second model where the first fails", async () => {
  const running = await start({
    imports: `import { createAiGateway } from "ai-gateway-provider";
      import { createOpenAI } from "ai-gateway-provider/providers/openai";`,
    model: `createAiGateway({ binding: env.AI.gateway("app"), options: { metadata: { team: "a" } } })(
      ["broken", "good"].map((name) => createOpenAI({ apiKey: "key" }).chat(name)))`,
  });

  expect(await askWorker(running)).toContain("You said: Hello");
  expect(running.store.list(3)).toMatchObject([
    { provider: "openai", model: "openai/good", status: 200, metadata: { team: "a" } },
    { provider: "openai", model: "openai/broken", status: 400 },
  ]);
});

interface Scene {
  readonly imports: string;
  readonly model: string;
}

async function start({ imports, model }: Scene): Promise<RunningAccount> {
  const running = await startAccount({ model: failing("openai/broken") });
  onTestFinished(() => running.stop());
  await serveBundle(
    running,
    `${imports}
        import { generateText } from "ai";
        export default {
          async fetch(request, env) {
            const model = ${model};
            const { text } = await generateText({ model, prompt: "Hello", maxRetries: 0 });
            return new Response(text);
          },
        };`,
  );
  return running;
}

async function askWorker(running: RunningAccount): Promise<string> {
  const url = await running.workers.find("asks");
  return (await fetch(url ?? "")).text();
}

function failing(name: string): Model {
  return async (model, inputs) =>
    model === name ? { status: 500, body: "{}" } : localModel(model, inputs);
}
