/** The logs page in a real browser: what it asked of the network and said in the console is watched. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";

import { openDoor } from "../../local/door.ts";
import { Objects } from "../../local/logpush/objects.ts";
import type { Bodies, Log } from "../../local/logs/log.ts";
import type { Evidence } from "../../policy/evidence/evidence.ts";
import { openGateway, type RunningGateway } from "./gateway.ts";
import { stackValues } from "./settings.ts";

export const NOW = Date.UTC(2026, 10, 22, 12);

export interface PageScene {
  readonly stack?: Parameters<typeof stackValues>;
  readonly logs?: readonly KeptLog[];
  readonly evidence?: readonly Evidence[];
}

export interface KeptLog extends Partial<Log> {
  readonly bodies?: Bodies;
}

export interface LogsPage extends RunningGateway {
  readonly url: URL;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Watched>;
}

export interface Watched {
  readonly page: Page;
  /** What went wrong in the browser's eyes, and each address beyond the door's. */
  readonly complaints: readonly string[];
}

/** The stack dev, unless the scene has another, at noon, with the logs of the scene. */
export async function openLogsPage(browser: Browser, scene: PageScene = {}): Promise<LogsPage> {
  const [name, changes] = scene.stack ?? ["dev"];
  const values = stackValues(name, changes);
  const running = openGateway();
  const settings = running.gateway.settings("app");
  if (settings === undefined) throw new Error("the scene has no gateway app");
  const aiGatewayId = String(values["gatewayId"]);
  running.account.declare({ gateways: new Map([[aiGatewayId, { ...settings, aiGatewayId }]]) });
  for (const [index, log] of (scene.logs ?? []).entries())
    keep(running, index, { gateway: aiGatewayId, ...log });

  const { account, gateway, store } = running;
  const { evidence } = scene;
  const stack = () => ({ name, values, evidence, example: "curl the-worker" });
  const place = { key: "k", host: "127.0.0.1", port: 0, now: () => NOW };
  const objects = new Objects("none");
  const { url } = await openDoor({ account, gateway, store, objects, stack, ...place });
  const open: LogsPage["open"] = async (path, options) => {
    // In a context of its own: two of them share no colour scheme and no history.
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints = watch(page, url);
    await page.goto(new URL(path, url).href);
    return { page, complaints };
  };
  return { ...running, url, open };
}

/** An ordinary log of two hours ago, one second younger for each before it. */
function keep({ store }: RunningGateway, index: number, { bodies, ...log }: KeptLog): void {
  const id = `log-${index}`;
  const ordinary: Log = {
    id,
    createdAt: NOW - 2 * 60 * 60_000 + index * 1000,
    gateway: "app",
    provider: "workers-ai",
    model: "@cf/a/b",
    status: 200,
    durationMs: 10,
    tokensIn: 3,
    tokensOut: 5,
    cost: 0.001,
    cached: false,
    eventId: `event-of-${id}`,
    metadata: { caller: "web" },
  };
  store.insert({ ...ordinary, ...log }, bodies, { maxEntries: 10_000, whenFull: "DELETE_OLDEST" });
}

function watch(page: Page, url: URL): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", ({ message }) => complaints.push(`error: ${message}`));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url.origin && protocol !== "data:") complaints.push(`asked: ${request.url()}`);
  });
  return complaints;
}
