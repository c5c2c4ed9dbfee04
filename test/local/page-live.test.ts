/** New logs appear on an open page, and leave its reader where they are. */
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { keepLog } from "../support/account.ts";
import { launchBrowser } from "../support/browser.ts";
import { NOW, openLogsPage } from "../support/logs-page.ts";

const OTHERS = { gateway: "shop-dev", createdAt: NOW };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a new log appears above, and scroll, selection, focus and a typed search stay", async () => {
  const { open, store } = await openLogsPage(browser, { logs: logs(40) });
  const { page, complaints } = await open("/");
  await page.getByRole("searchbox").fill("half a wo");
  await page.locator("#row-log-5 a").focus();
  await page.evaluate(
    "scrollTo(0, 500); getSelection().selectAllChildren(at(document, 'row-log-9'))",
  );
  const before = await placeOf(page);

  keepLog(store, { ...OTHERS, id: "fresh" });
  await look(page);

  expect((await ids(page)).slice(0, 2)).toEqual(["row-fresh", "row-log-39"]);
  expect(await placeOf(page)).toEqual(before);
  expect(await page.getByRole("searchbox").inputValue()).toBe("half a wo");
  expect(await page.innerText("h1")).toBe("41 requests to shop-dev");
  expect(await page.title()).toBe("41 requests, shop-dev · local AI Gateway");
  expect(await page.getByRole("status").innerText()).toMatch(/^1 new log at \d\d:\d\d:\d\d$/);
  expect(complaints).toEqual([]);
});

test("a deleted log goes, older ones than the page's own stay, and the next page follows on", async () => {
  const { open, store } = await openLogsPage(browser, { logs: logs(60) });
  const { page } = await open("/");

  keepLog(store, { ...OTHERS, id: "fresh" });
  const filters = [{ key: "id", operator: "eq", values: ["log-30"] }] as const;
  await store.delete({ gateway: "shop-dev", filters });
  await look(page);

  const wanted = Array.from({ length: 50 }, (_, n) => `row-log-${59 - n}`);
  expect(await ids(page)).toEqual(["row-fresh", ...wanted.filter((id) => id !== "row-log-30")]);
  await page.getByRole("link", { name: "Older" }).click();
  expect((await ids(page))[0]).toBe("row-log-9");
  expect(await page.locator("script").count()).toBe(0);
});

test.each([
  ["the first logs", 0],
  ["more than a page at once", 5],
])("%s are shown as they came", async (_, before) => {
  const { open, store } = await openLogsPage(browser, { logs: logs(before) });
  const { page } = await open("/");

  for (let n = 0; n < 60; n++) keepLog(store, { ...OTHERS, id: `fresh-${n}` });
  await look(page);

  expect(await ids(page)).toEqual(Array.from({ length: 50 }, (_row, n) => `row-fresh-${59 - n}`));
  expect(await page.getByRole("link", { name: "Older" }).count()).toBe(1);
});

test("a table that is open stays open while its numbers change", async () => {
  const { open, store } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  await page.locator("summary").first().click();

  keepLog(store, { ...OTHERS, id: "fresh" });
  await look(page);

  expect(await page.locator("details[open] tbody tr").last().innerText()).toBe("11-22 12:00\t1\t0");
});

test("a part loses an attribute that the answer does not have", async () => {
  const { open, store } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  await page.evaluate("at(document, 'count').setAttribute('class', 'old')");

  keepLog(store, { ...OTHERS, id: "fresh" });
  await look(page);

  expect(await page.getAttribute("#count", "class")).toBeNull();
});

test("the page stops and goes on as its reader wants", async () => {
  const { open, store } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  const button = page.getByRole("button", { name: "Live" });

  await button.press("Enter");
  keepLog(store, { ...OTHERS, id: "fresh" });
  await page.evaluate("look()");
  expect(await button.getAttribute("aria-pressed")).toBe("false");
  await button.press("Enter");
  await page.waitForSelector("#row-fresh");

  expect(await button.getAttribute("aria-pressed")).toBe("true");
});

test("a page that nothing answers says that it is not live, until it is again", async () => {
  const { open } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  const status = page.getByRole("status");

  await page.route("**/*", (route) => route.abort());
  await look(page);
  const lost = await status.innerText();
  await page.unrouteAll({ behavior: "wait" });
  await page.context().clearCookies();
  await look(page);

  expect([lost, await status.innerText()]).toEqual([
    "Not live: no answer",
    "Not live: open the address that npm start printed last",
  ]);
});

test("an answer that a later one has overtaken changes nothing", async () => {
  const { open } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  await look(page);
  const held = Promise.withResolvers<void>();
  const fail = (route: Route) => held.promise.then(() => route.abort());
  await page.route("**/*", fail, { times: 1 });

  await page.evaluate("look()");
  await look(page);
  const failed = page.waitForEvent("requestfailed");
  held.resolve();
  await failed;

  expect(await page.getByRole("status").innerText()).toBe("");
});

test("what did not change is not sent again", async () => {
  const { open } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/");
  await look(page);

  const response = page.waitForResponse("**/*");
  await look(page);

  expect((await response).status()).toBe(304);
});

test.each([
  ["no-preference", "arrive"],
  ["reduce", "none"],
] as const)("under %s a new row has the animation %s", async (reducedMotion, animation) => {
  const { open, store } = await openLogsPage(browser, { logs: logs(1) });
  const { page } = await open("/", { reducedMotion });

  keepLog(store, { ...OTHERS, id: "fresh" });
  await look(page);

  const style = "getComputedStyle(at(document, 'row-fresh')).animationName";
  expect(await page.evaluate(style)).toBe(animation);
});

function logs(count: number): { readonly createdAt: number }[] {
  return Array.from({ length: count }, (_, n) => ({ createdAt: NOW - 60_000 + n }));
}

/** Has the page ask now, and not in its own time, and waits until it has shown the answer. */
async function look(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function () {
      XMLHttpRequest.prototype.send = send;
      this.addEventListener("loadend", () => setTimeout(resolve));
      send.call(this);
    };
    look();
  })`);
}

function ids(page: Page): Promise<string[]> {
  return page.locator("#logs tbody tr").evaluateAll((rows) => rows.map(({ id }) => id));
}

/** What a reader has before them: the place of what is selected, its text, and the focus. */
function placeOf(page: Page): Promise<unknown> {
  return page.evaluate(`({
    top: Math.round(at(document, "row-log-9").getBoundingClientRect().top),
    selected: String(getSelection()),
    focus: document.activeElement.closest("tr").id,
  })`);
}
