/** The retention Worker in the real Workers runtime; a function stands where Cloudflare's API would. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Log, LogLevel, Miniflare, Response, type Request } from "miniflare";
import { expect, onTestFinished, test } from "vitest";

import { bundleWorker } from "../../infra/bundle.ts";
import { BINDINGS } from "../support/retention-bindings.ts";
import { ROOT } from "../support/settings.ts";

const DAY_MS = 86_400_000;

const ALERT_URL = "https://alerts.test/T0/secret";

interface Seen {
  readonly method: string;
  /** With its host. */
  readonly address: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | null;
  readonly body: string;
}

test("a scheduled run deletes what is old, in the API's own words, and writes one line", async () => {
  const { run, seen, lines, logs } = await startRetention([45, 31, 1]);

  expect(await run()).toMatchObject({ outcome: "ok" });
  expect(logs).toHaveLength(1);
  const [deletion] = seen.filter(({ method }) => method === "DELETE");
  expect(deletion).toEqual({
    method: "DELETE",
    address:
      "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/ai-gateway/gateways/app-test/logs",
    query: {
      filters: expect.stringMatching(
        /^\[\{"key":"created_at","operator":"lt","value":\["\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\]\}\]$/,
      ),
      limit: "1",
      order_by: "created_at",
      order_by_direction: "asc",
    },
    authorization: "Bearer token-of-retention",
    body: "",
  });
  await expect.poll(() => lines).toHaveLength(1);
  expect(JSON.parse(String(lines[0]))).toMatchObject({
    message: "retention",
    stack: "test",
    ended: "done",
    before: 3,
    after: 1,
    deleted: 2,
    isBehind: false,
  });
});

test("a failed run is told at the address of the stack, without a secret, and fails its cron event", async () => {
  const { run, seen, lines } = await startRetention([45], { status: 403 });

  expect(await run()).toMatchObject({ outcome: "exception" });
  const alert = seen.find(({ address }) => address === ALERT_URL);
  expect(alert).toMatchObject({ method: "POST", authorization: null });
  expect(JSON.parse(String(alert?.body))).toMatchObject({
    text: "logs of gateway app-test, stack test, should go after 30 days; this run ended: refused (status 403)",
    ended: "refused",
    status: 403,
  });
  expect([alert?.body, ...lines].join()).not.toMatch(/token-of-retention|alerts\.test/);
});

test("a request is answered with nothing, and starts nothing", async () => {
  const { url, seen } = await startRetention([45]);
  const response = await fetch(new URL("/cdn-cgi/handler/scheduled", url), { method: "POST" });

  expect(response.status).toBe(404);
  expect(seen).toEqual([]);
});

/** The Worker over logs of these ages in days; with a status, the API refuses everything. */
async function startRetention(ages: readonly number[], { status }: { status?: number } = {}) {
  const now = Date.now();
  const logs = ages.map((age) => now - age * DAY_MS);
  const seen: Seen[] = [];
  const handler = async (request: Request) => {
    const call = await see(request);
    seen.push(call);
    if (call.address === ALERT_URL) return new Response("ok");
    if (status !== undefined) return new Response("", { status });
    return Response.json(answer(call, logs), { headers: { date: new Date().toUTCString() } });
  };
  const lines: string[] = [];
  const { file } = await bundleWorker("retention");
  const contents = await readFile(join(ROOT, file), "utf8");
  const texts = Object.entries({ ...BINDINGS, ALERT_URL }).map(
    ([name, value]) => [name, { type: "text", value }] as const,
  );
  const miniflare = new Miniflare({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: ({ message }) => void lines.push(message),
    workers: [
      {
        config: {
          name: "retention",
          compatibilityDate: "2026-10-23",
          manifest: {
            mainModule: "retention.js",
            modules: { "retention.js": { type: "esm", contents } },
          },
          env: Object.fromEntries(texts),
        },
        dev: { outboundService: { type: "fetcher", handler } },
      },
    ],
  });
  onTestFinished(() => miniflare.dispose());
  const url = await miniflare.ready;
  const worker = await miniflare.getWorker();
  const run = () => worker.scheduled({ cron: "17 * * * *" });
  return { url, seen, lines, logs, run };
}

/** As documented; a deletion takes from `logs`. */
function answer({ method, query }: Seen, logs: number[]): object {
  const [, before = "9999"] = /"value":\["(.+)"\]/.exec(query["filters"] ?? "") ?? [];
  const matching = logs.filter((created) => created < Date.parse(before)).toSorted((a, b) => a - b);
  if (method === "DELETE") {
    for (const created of matching.slice(0, Number(query["limit"]))) {
      logs.splice(logs.indexOf(created), 1);
    }
    return { success: true };
  }
  const created = query["order_by_direction"] === "asc" ? matching[0] : matching.at(-1);
  const result = created === undefined ? [] : [{ created_at: new Date(created).toISOString() }];
  return { success: true, result, result_info: { total_count: matching.length } };
}

async function see(request: Request): Promise<Seen> {
  const { origin, pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    address: `${origin}${pathname}`,
    query: Object.fromEntries(searchParams),
    authorization: request.headers.get("authorization"),
    body: await request.text(),
  };
}
