/** What a Worker measures, where it runs in the local account. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { bundleWorker } from "../../infra/bundle.ts";
import { readCounted } from "../../ops/logs/metrics.ts";
import { dashboardQueries } from "../../policy/gateway/metrics.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { readExport } from "../support/otlp.ts";
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
// The Worker's own lines.
beforeEach(() => void vi.spyOn(console, "log").mockReturnValue());

const WORKER = { name: "talk", models: [MODEL], access: "open" };

interface Asked {
  readonly model?: string;
  readonly isDeclared?: boolean;
}

/** Serves a chat Worker with some settings, and asks it one prompt. */
async function ask(
  changes: Record<string, unknown>,
  { model = MODEL, isDeclared = true }: Asked = {},
): Promise<Response> {
  const { settings } = stackWith("dev", { worker: WORKER, ...changes });
  const around = { stackName: "dev", gatewayId: "app", release: "abc" };
  const { file } = await bundleWorker("chat");
  const worker = await running.workers.serve({
    scriptName: "talk",
    compatibilityDate: "2026-10-23",
    compatibilityFlags: ["enable_request_signal"],
    mainModule: "chat.js",
    contentFile: file,
    isDeclared,
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
  // The runtime asks for the same address in small letters, and without the port.
  const url = "https://OTEL.example.com:443/v1/traces";
  const response = await ask(tracesTo(url));
  const id = response.headers.get("x-log-id") ?? "";
  const log = { id, eventId: response.headers.get("x-event-id") ?? "" };

  const [kept] = await waitFor(
    () => (running.traces.find(log).length === 0 ? undefined : running.traces.find(log)),
    () => "no span was kept",
  );
  const headers = await visit(running.page);
  const read = async (path: string) =>
    (await fetch(new URL(path, running.page), { headers })).text();
  const all = await read("/traces");
  const page = await read(`/logs/${id}`);

  const traceId = response.headers.get("traceparent")?.split("-")[1];
  expect(readExport(JSON.stringify(kept?.trace))).toMatchObject({
    resource: { "service.name": "talk" },
    spans: [{ traceId }],
  });
  expect(kept).toMatchObject({
    sender: "Worker",
    name: "talk",
    exports: [{ url, fate: "kept here, as the URL leads off this machine" }],
  });
  expect(JSON.parse(all).traces).toContainEqual(kept);
  expect(all).not.toContain(PROMPT);
  expect(all).not.toContain(SECRET);
  expect(page).toContain("From the Worker talk");
  expect(page).toContain("kept here, as the URL leads off this machine");
  expect(page).toContain("gen_ai.usage.input_tokens");
});

test("spans for a collector on this machine go to it, with the headers that it requires", async () => {
  const { promise, resolve } = Promise.withResolvers<{ headers: Headers; body: string }>();
  const origin = await listen(async (request) => {
    resolve({ headers: request.headers, body: await request.text() });
    return Response.json({});
  });

  const response = await ask(tracesTo(`${origin}/v1/traces`));

  const { headers, body } = await promise;
  expect(headers.get("authorization")).toBe(SECRET);
  expect(headers.get("host")).toBe(new URL(origin).host);
  expect(readExport(body).spans).toMatchObject([
    { attributes: { "ai_gateway.event_id": response.headers.get("x-event-id") } },
  ]);
});

// Its binding named any port of the machine, which its own fetch then reached, too.
test("an uploaded Worker reaches no port of this machine by its binding TRACES", async () => {
  const reached: string[] = [];
  const origin = await listen(({ url }) => {
    reached.push(url);
    return Response.json({});
  });

  const response = await ask(tracesTo(`${origin}/v1/traces`), { isDeclared: false });

  const log = {
    id: response.headers.get("x-log-id") ?? "",
    eventId: response.headers.get("x-event-id") ?? "",
  };
  const kept = await waitFor(
    () => running.traces.find(log)[0],
    () => "no span was kept",
  );
  expect(kept.exports.map(({ fate }) => fate)).toEqual([
    "kept here, as the Worker that names it is uploaded",
  ]);
  expect(reached).toEqual([]);
});

test("data points are kept, summed by the command, and queried as dashboards do", async () => {
  const changes = { telemetry: { metrics: true } };
  const stack = stackWith("dev", { worker: WORKER, ...changes });
  for (let request = 0; request < 3; request++) {
    await ask(changes, { model: request === 2 ? "none" : MODEL });
  }
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
  const answers = queries.map((sql) => running.points.query(sql).data);

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
  running.points.add("ai_gateway_talk", { indexes: [], blobs: [], doubles: [] });
  const api = `${running.apiUrl}/accounts/${running.accountId}/analytics_engine/sql`;
  const headers = { authorization: `Bearer ${running.key}` };

  const response = await fetch(api, { method: "POST", body: sql, headers });

  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain(named);
});
