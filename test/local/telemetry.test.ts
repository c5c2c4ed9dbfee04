/** What a Worker measures, where it runs in the local account. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { bundleWorker } from "../../infra/bundle.ts";
import { readCounted } from "../../ops/logs/metrics.ts";
import { dashboardQueries } from "../../policy/gateway/metrics.ts";
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

const WORKER = { name: "talk", models: [MODEL], access: "open" };

/** Serves a chat Worker with some settings, and asks it one prompt. */
async function ask(changes: Record<string, unknown>, model = MODEL): Promise<Response> {
  const { settings } = stackWith("dev", { worker: WORKER, ...changes });
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
        binding !== undefined && ("text" in binding || "dataset" in binding)
          ? [{ name, ...binding }]
          : [],
      ),
    ],
  });
  const messages = [{ role: "user", content: PROMPT }];
  return fetch(new URL("/v1/chat/completions", worker), {
    method: "POST",
    body: JSON.stringify({ model, messages }),
  });
}

const tracesTo = (url: string) => ({
  telemetry: { traces: { url, headers: { Authorization: SECRET } } },
});

test("spans for a collector elsewhere are kept by the account, and shown beside their log", async () => {
  const response = await ask(tracesTo("https://otel.example.com/v1/traces"));
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

  const response = await ask(tracesTo(`${origin}/v1/traces`));

  const { authorization, body } = await promise;
  expect(authorization).toBe(SECRET);
  expect(readExport(body).spans).toMatchObject([
    { attributes: { "ai_gateway.event_id": response.headers.get("x-event-id") } },
  ]);
});

test("data points are kept, summed by the command, and queried as dashboards do", async () => {
  const changes = { telemetry: { metrics: true } };
  const stack = stackWith("dev", { worker: WORKER, ...changes });
  for (let request = 0; request < 3; request++) await ask(changes, request === 2 ? "none" : MODEL);
  const environment = { ...running, cloudflare: running.client(), gatewayId: "app", stack };

  const counted = await waitFor(
    async () => {
      const found = await readCounted(environment, {}).catch(() => undefined);
      return found?.all.requests === 3 ? found : undefined;
    },
    () => "no data points were kept",
  );
  const dataset = "ai_gateway_talk";
  const queries = Object.values(dashboardQueries({ dataset, stack: "dev" }));
  const answers = queries.map((sql) => running.telemetry.query(sql).data);

  expect(counted.all).toMatchObject({ requests: 3, errors: 1, withoutUsage: 1 });
  expect(counted.byModel.map(([model, { requests }]) => [model, requests])).toEqual([
    [MODEL, 2],
    ["", 1],
  ]);
  expect((await readCounted(environment, { isErrors: true }))?.all.requests).toBe(1);
  expect((await readCounted(environment, { callers: ["nobody"] }))?.all.requests).toBe(0);
  // The requests may stand in two minutes.
  const models = (answers[0] ?? []).map((row) => String(Reflect.get(row, "model")));
  expect(new Set(models)).toEqual(new Set(["", MODEL]));
  const shares = (answers[1] ?? []).map((row) => Number(Reflect.get(row, "failed")));
  expect(Math.max(...shares)).toBeGreaterThanOrEqual(1 / 3);
  expect(answers[2]).toEqual([{ code: "model_not_found", requests: 1 }]);
  expect(answers.map((rows) => rows.length > 0)).toEqual([
    true,
    true,
    true,
    true,
    // There was no stream.
    false,
    true,
    true,
  ]);
});

test.each([
  ["DELETE FROM ai_gateway_talk", "a statement other than SELECT"],
  ["SELECT load_extension('x') FROM ai_gateway_talk", "load_extension"],
  ["SELECT blob1 FROM ai_gateway_talk; DROP TABLE points", ";"],
  ["SELECT topK(3)(blob1) FROM ai_gateway_talk", "topK"],
  ["SELECT blob1 FROM sqlite_schema", "no dataset sqlite_schema has a data point"],
])("the SQL of %s is refused in one sentence", async (sql, named) => {
  running.telemetry.addPoint("ai_gateway_talk", { indexes: [], blobs: [], doubles: [] });
  const api = `${running.apiUrl}/accounts/${running.accountId}/analytics_engine/sql`;
  const headers = { authorization: `Bearer ${running.key}` };

  const response = await fetch(api, { method: "POST", body: sql, headers });

  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain(named);
});
