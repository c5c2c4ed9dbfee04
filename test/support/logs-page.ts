/**
 * Opens the logs page in a real browser, and watches what it requests of the network and writes to
 * the console.
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";

import { openDoor } from "../../local/door.ts";
import type { Bodies, Log } from "../../local/logs/log.ts";
import type { Evidence } from "../../policy/evidence/evidence.ts";
import { keepLog } from "./account.ts";
import { openPage } from "./browser.ts";
import { openGateway, type RunningGateway } from "./gateway.ts";
import { stackValues } from "./settings.ts";
import { withKey } from "./visit.ts";

/** The time at which every page is opened. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** The changes of a test to an ordinary logs page. */
export interface PageScene {
  readonly stack?: Parameters<typeof stackValues>;
  readonly logs?: readonly KeptLog[];
  readonly evidence?: readonly Evidence[];
}

/** A stored log, with its bodies. */
export interface KeptLog extends Partial<Log> {
  readonly bodies?: Bodies;
}

/** The served logs page, and the gateway behind it. */
export interface LogsPage extends RunningGateway {
  readonly url: URL;
  /** The page's address, with the key that opens it. */
  readonly page: URL;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Watched>;
}

/** A page in the browser, with what went wrong in it. */
interface Watched {
  readonly page: Page;
  /** The browser's errors, and each address beyond the door's. */
  readonly complaints: readonly string[];
}

/**
 * Opens the logs page at noon, of the stack dev unless the scene has another, with the scene's
 * logs.
 */
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

  const { evidence } = scene;
  const stack = () => ({ name, values, evidence, example: "curl the-worker" });
  const place = { key: "k", host: "127.0.0.1", port: 0, now: () => NOW };
  const { url, page: first } = await openDoor({ ...running, stack, ...place });
  const open: LogsPage["open"] = async (path, options) => {
    const page = await (options === undefined ? ordinaryPage(browser) : ownPage(browser, options));
    const complaints = watch(page, url);
    await page.goto(withKey(first, path));
    return { page, complaints };
  };
  return { ...running, url, page: first, open };
}

const ordinaryPages = new WeakMap<Browser, Promise<Page>>();

/** Returns the page that all tests of a browser share, one after the other: a new one costs as much as most tests. */
async function ordinaryPage(browser: Browser): Promise<Page> {
  const opened = ordinaryPages.get(browser) ?? openPage(browser);
  ordinaryPages.set(browser, opened);
  const page = await opened;
  onTestFinished(async () => {
    // The next test must not hear of what this one's page still loads, nor see its colours.
    await page.unrouteAll({ behavior: "wait" });
    await page.goto("about:blank");
    await page.emulateMedia({ colorScheme: null });
    page.removeAllListeners();
  });
  return page;
}

/** Opens a page in a context of its own: what it is asked to be, no other is. */
async function ownPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await openPage(context);
  onTestFinished(async () => {
    // The page asks again every two seconds: a route still busy then would throw after its test.
    await page.unrouteAll({ behavior: "wait" });
    await context.close();
  });
  return page;
}

/** Makes an ordinary log of two hours ago, one second older than the next. */
function keep({ store }: RunningGateway, index: number, { bodies, ...log }: KeptLog): void {
  const createdAt = NOW - 2 * 60 * 60_000 + index * 1000;
  const ordinary = { id: `log-${index}`, createdAt, tokensIn: 3, tokensOut: 5 };
  const named = { eventId: `event-of-${ordinary.id}`, metadata: { caller: "web" } };
  keepLog(store, { ...ordinary, ...named, ...log }, bodies);
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
