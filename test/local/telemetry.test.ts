/** What a Worker measures, where it runs in the local account. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { bundleWorker } from "../../infra/bundle.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { readExport } from "../support/collector.ts";
import { listen } from "../support/listen.ts";
import { waitFor } from "../support/project.ts";
import { stackWith } from "../support/settings.ts";
import { visit } from "../support/visit.ts";

const MODEL = "@cf/meta/llama-3.1-8b-instruct-fast";
const SECRET = "secret-of-the-collector";
const PROMPT = "canary-prompt";

let running: RunningAccount;
beforeAll(async () => {
  running = await startAccount();
});
afterAll(() => running.stop());

/** Serves a chat Worker that sends spans to an address, and asks it one prompt. */
async function ask(url: string): Promise<Response> {
  const { settings } = stackWith("dev", {
    worker: { name: "talk", models: [MODEL], access: "open" },
    telemetry: { traces: { url, headers: { Authorization: SECRET } } },
  });
  const around = { stackName: "dev", gatewayId: "app", release: "abc" };
  const { file } = await bundleWorker("chat");
  const worker = await running.workers.serve({
    scriptName: "talk",
    compatibilityDate: "2026-10-23",
    compatibilityFlags: ["enable_request_signal"],
    mainModule: "chat.js",
    contentFile: file,
    bindings: [
      { name: "AI", type: "ai" },
      ...Object.entries(workerBindings(around, settings)).flatMap(([name, binding]) =>
        binding !== undefined && "text" in binding ? [{ name, ...binding }] : [],
      ),
    ],
  });
  const messages = [{ role: "user", content: PROMPT }];
  return fetch(new URL("/v1/chat/completions", worker), {
    method: "POST",
    body: JSON.stringify({ model: MODEL, messages }),
  });
}

test("spans for a collector elsewhere are kept by the account, and shown beside their log", async () => {
  const response = await ask("https://otel.example.com/v1/traces");
  const eventId = response.headers.get("x-event-id") ?? "";

  const [span] = await waitFor(
    () => {
      const found = running.telemetry.listSpans(eventId);
      return found.length === 0 ? undefined : found;
    },
    () => "no span was kept",
  );
  const headers = await visit(running.page);
  const spans = await (await fetch(new URL("/spans", running.page), { headers })).text();
  const page = await fetch(new URL(`/logs/${response.headers.get("x-log-id")}`, running.page), {
    headers,
  });

  expect(span?.traceId).toBe(response.headers.get("traceparent")?.split("-")[1]);
  expect(JSON.parse(spans)).toContainEqual(span);
  expect(spans).not.toContain(PROMPT);
  expect(spans).not.toContain(SECRET);
  expect(await page.text()).toContain("gen_ai.usage.input_tokens");
  // The page's key is asked for there too.
  expect((await fetch(new URL("/spans", running.url))).status).toBe(401);
});

test("spans for a collector on this machine go to it, with the headers that it requires", async () => {
  const { promise, resolve } = Promise.withResolvers<{ authorization: unknown; body: string }>();
  const origin = await listen(async (request) => {
    resolve({ authorization: request.headers.get("authorization"), body: await request.text() });
    return Response.json({});
  });

  const response = await ask(`${origin}/v1/traces`);

  const { authorization, body } = await promise;
  expect(authorization).toBe(SECRET);
  expect(readExport(body).spans).toMatchObject([
    { attributes: { "ai_gateway.event_id": response.headers.get("x-event-id") } },
  ]);
});
