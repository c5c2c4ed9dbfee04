import getPort from "get-port";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openDoor } from "../../local/door.ts";
import { launchBrowser } from "../support/browser.ts";
import { openGateway, type RunningGateway } from "../support/gateway.ts";

let browser: Browser;
let running: RunningGateway;
let url: URL;

beforeAll(async () => {
  browser = await launchBrowser();
  running = openGateway({ settings: { cacheTtl: 60 } });
  const { account, gateway, store } = running;
  const port = await getPort();
  ({ url } = await openDoor({ account, gateway, store, key: "k", host: "127.0.0.1", port }));
});
afterAll(() => browser.close());

test("the page tells what each request was, newest first, and how many there were", async () => {
  const page = await open("/");
  expect(await page.innerText("main")).toContain("No log yet");
  await running.ask();
  await running.ask();
  await running.ask({ options: { collectLogPayload: false, skipCache: true } });

  await page.reload();

  expect(await page.innerText("h1")).toBe("3 requests");
  expect(await texts(page, "thead th")).toEqual([
    "Time",
    "Gateway",
    "Provider",
    "Model",
    "Status",
    "Duration",
    "Tokens in",
    "Tokens out",
    "Cost",
    "Cached",
    "Bodies",
  ]);
  const row = ["2026-11-22T00:00:00.000Z", "app", "workers-ai", "@cf/meta/x", "200", "0 ms"];
  const rows = [
    [...row, "1", "17", "$0.000010", "no", "not kept"],
    [...row, "1", "17", "$0.000000", "yes", "kept"],
    [...row, "1", "17", "$0.000010", "no", "kept"],
  ];
  expect(await texts(page, "tbody td")).toEqual(rows.flat());
});

test("a log opens with its bodies, and what a caller wrote is shown as text", async () => {
  const content = "<script>document.title = 'stolen'</script>";
  await running.ask({ inputs: { messages: [{ role: "user", content }] } });

  const page = await open("/");
  await page.click("tbody tr:first-child a");

  expect(await page.innerText("h1")).toMatch(/^Log [0-9a-f-]{36}$/);
  expect(await page.innerText("pre >> nth=0")).toContain(content);
  expect(await page.title()).toMatch(/^Log .* · local AI Gateway$/);
  expect(await page.innerText("body")).toContain("standing in for @cf/meta/x");
});

test("a log without bodies says why", async () => {
  const { headers } = await running.ask({ options: { collectLogPayload: false } });

  const page = await open(`/logs/${headers["cf-aig-log-id"]}`);

  expect(await page.innerText("main")).toContain("No bodies: this request asked");
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(new URL(path, url).href);
  return page;
}

function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).allInnerTexts();
}
