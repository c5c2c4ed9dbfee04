/** The code of docs/clients.md runs, as it stands there. */
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";

import { convertV4MiniflareOptions, fetch as fetchOf, Miniflare } from "miniflare";
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";

import { startAccount } from "../support/account.ts";
import { bundleSource, serveBundle } from "../support/serve-bundle.ts";
import { ROOT } from "../support/settings.ts";
import { modelsBinding, startWorker, TOKEN, type RunningWorker } from "../support/workerd.ts";

const APP = z.object({ ask: z.custom<(model: string, question: string) => Promise<string>>() });
const MODEL = "@cf/meta/llama-3.1-8b-instruct-fast";
const SERVES = { bindings: { MODELS: modelsBinding(MODEL) } };
const page = readFileSync(join(ROOT, "docs/clients.md"), "utf8");
const [appCode = "", boundCode = "", besideCode = ""] = [
  ...page.slice(page.indexOf("\n## What you already have")).matchAll(/```ts\n([^]*?)```/g),
].map(([, code]) => code);

test("the app's code is answered, and repeats a failed request once", async () => {
  let fails = 0;
  const worker = await startWorker({
    ...SERVES,
    reply: () => (fails-- > 0 ? { status: 500, body: {} } : { body: { response: "Good day" } }),
  });
  const { ask } = await load(appCode, worker);

  expect(await ask(MODEL, "Hi")).toBe("Good day");
  fails = 1;
  expect(await ask(MODEL, "Hi")).toBe("Good day");
  fails = 2;
  await expect(ask(MODEL, "Hi")).rejects.toThrow("502");
  expect(worker.calls).toHaveLength(5);
});

test("an SDK asks once where the Worker says that no repeat would mend it", async () => {
  const worker = await startWorker({ ...SERVES, reply: () => ({ status: 402, body: {} }) });
  const { ask } = await load(appCode, worker);

  await expect(ask(MODEL, "Hi")).rejects.toMatchObject({ code: "insufficient_quota" });
  expect(worker.calls).toHaveLength(1);
});

test("a Worker's code reaches the chat Worker by a service binding, as a caller of it", async () => {
  const worker = await startWorker({
    ...SERVES,
    reply: () => ({ body: { response: "Good day" } }),
  });
  const own = await startBound(worker);

  const response = await own.dispatchFetch("http://own/", { method: "POST", body: "Hi" });

  expect(await response.text()).toBe("Good day");
  expect(worker.calls[0]?.body.options).toMatchObject({ gateway: { metadata: { caller: "web" } } });
});

test("a Worker's code beside the stack leaves the log that metadata promises", async () => {
  const running = await startAccount({ gateways: [{ collectLogs: false }] });
  onTestFinished(() => running.stop());
  await serveBundle(running, besideCode);
  const url = await running.workers.find("asks");

  const response = await fetch(url ?? "", { method: "POST", body: "Hi" });

  expect(response.status).toBe(200);
  expect(running.store.list(2)).toMatchObject([
    { model: MODEL, hasBodies: false, metadata: { caller: "my-worker" } },
  ]);
});

/** Loads code as an app does that has the Worker's address and a token in its environment. */
async function load(code: string, { url }: RunningWorker) {
  vi.stubEnv("OPENAI_BASE_URL", new URL("/v1", url).href);
  vi.stubEnv("OPENAI_API_KEY", TOKEN);
  onTestFinished(() => void vi.unstubAllEnvs());
  // Each test has a client of its own: a module is evaluated once for each address.
  const source = `// ${randomUUID()}\n${await bundleSource(code)}`;
  const address = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
  return APP.parse(await import(address));
}

/** Starts the Worker whose code stands on the page, bound to the chat Worker. */
async function startBound({ url }: RunningWorker): Promise<Miniflare> {
  const own = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      modules: true,
      script: await bundleSource(boundCode),
      compatibilityDate: "2026-10-23",
      bindings: { CHAT_TOKEN: TOKEN },
      serviceBindings: {
        CHAT: async ({ url: asked, method, headers, body }) =>
          fetchOf(new URL(new URL(asked).pathname, url), { method, headers, body, duplex: "half" }),
      },
    }),
  );
  onTestFinished(() => own.dispose());
  return own;
}
