/** The list of logs: its columns, filters, pages, totals and charts. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ensureDefault } from "../../local/data-plane/default-gateway.ts";
import { launchBrowser } from "../support/browser.ts";
import { NOW, openLogsPage } from "../support/logs-page.ts";
import { rows, texts } from "../support/read-page.ts";

const BODIES = { request: '{"messages":[]}', response: '{"response":"hi"}' };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("the page tells what each request was, newest first", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [
      { bodies: BODIES, durationMs: 1500 },
      { status: 429, tokensIn: undefined, tokensOut: undefined, cost: undefined, metadata: {} },
      { cached: true, cost: 0 },
    ],
  });

  const { page } = await open("/");

  expect(await page.innerText("h1")).toBe("3 requests to shop-dev");
  expect(await texts(page, "#logs thead th")).toEqual([
    "Time (UTC)",
    "Provider",
    "Model",
    "Caller",
    "Status",
    "Duration",
    "Tokens in",
    "Tokens out",
    "Cost",
    "Cached",
    "Bodies",
  ]);
  const start = ["workers-ai", "@cf/a/b"];
  expect(await rows(page)).toEqual([
    [
      "2026-11-22 10:00:02",
      ...start,
      "web",
      "200",
      "10 ms",
      "3",
      "5",
      "$0.000000",
      "yes",
      "not kept",
    ],
    [
      "2026-11-22 10:00:01",
      ...start,
      "none",
      "429 error",
      "10 ms",
      "none",
      "none",
      "none",
      "no",
      "not kept",
    ],
    [
      "2026-11-22 10:00:00",
      ...start,
      "web",
      "200",
      "1,500 ms",
      "3",
      "5",
      "$0.001000",
      "no",
      "kept",
    ],
  ]);
});

test("a number and the text after it stand apart", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}] });

  const { page } = await open("/");

  // Of the texts, not the cells: cells touch.
  const [cost, cached] = await page.locator("#logs thead th").evaluateAll((heads) =>
    heads.slice(8, 10).map((head) => {
      const range = head.ownerDocument.createRange();
      range.selectNodeContents(head);
      const { left, right } = range.getBoundingClientRect();
      return { left, right };
    }),
  );
  expect((cached?.left ?? 0) - (cost?.right ?? 0)).toBeGreaterThanOrEqual(16);
});

test("totals are of what the filters choose", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [{ status: 500 }, { cached: true, durationMs: 30 }, { model: "@cf/other", status: 404 }],
  });

  const { page } = await open("/?model=%40cf%2Fa%2Fb");

  expect(await texts(page, ".totals dt")).toEqual([
    "Requests",
    "Errors",
    "Cached",
    "Tokens in",
    "Tokens out",
    "Cost",
    "Duration p50",
    "Duration p95",
  ]);
  expect(await texts(page, ".totals dd")).toEqual([
    "2",
    "1 (50.0 %)",
    "1 (50.0 %)",
    "6",
    "10",
    "$0.002000",
    "10 ms",
    "30 ms",
  ]);
});

test("the form filters without a script, and its address shows the same again", async () => {
  const wanted = { status: 500, eventId: "wanted" };
  const { open } = await openLogsPage(browser, {
    logs: [
      { ...wanted },
      { ...wanted, status: 200 },
      { ...wanted, model: "@cf/other" },
      { ...wanted, cached: true },
      { ...wanted, eventId: "another" },
      { ...wanted, createdAt: Date.UTC(2026, 10, 20) },
    ],
  });
  const { page } = await open("/", { javaScriptEnabled: false });

  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("@cf/a/b");
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("failed");
  await page.getByRole("combobox", { name: "Cached", exact: true }).selectOption("no");
  await page.getByLabel("Search").fill("wanted");
  await page.getByRole("button", { name: "Show" }).click();

  expect(await page.innerText("h1")).toBe("1 request to shop-dev");
  expect((await rows(page)).map(([time]) => time)).toEqual(["2026-11-22 10:00:00"]);
  const { page: shared } = await open(page.url());
  expect(await rows(shared)).toEqual(await rows(page));
  expect(await shared.getByLabel("Search").inputValue()).toBe("wanted");
});

test("an address chooses logs, and a word in it that means nothing chooses as if it were not there", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [{ status: 200 }, { status: 302 }, { status: 404 }, { status: 503 }],
  });
  const { page } = await open("/");
  const chosen: Record<string, number[]> = {};

  for (const query of [
    "status=ok",
    "status=failed",
    "status=2xx",
    "status=4xx",
    "status=5xx",
    "status=junk&since=junk&cached=junk&after=junk",
    "since=1h",
    "since=all",
    "gateway=other",
  ]) {
    await page.goto(new URL(`/?${query}`, page.url()).href);
    chosen[query] = (await texts(page, "#logs td:nth-of-type(4)")).map(Number.parseFloat);
  }

  expect(chosen).toEqual({
    "status=ok": [302, 200],
    "status=failed": [503, 404],
    "status=2xx": [200],
    "status=4xx": [404],
    "status=5xx": [503],
    "status=junk&since=junk&cached=junk&after=junk": [503, 404, 302, 200],
    "since=1h": [],
    "since=all": [503, 404, 302, 200],
    "gateway=other": [503, 404, 302, 200],
  });
});

test("a wrong word in the address is named, with those that are allowed, and announced", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}] });
  const query = `status=foo&since=1y&cached=maybe&after=junk&colour=red&q=${"x".repeat(201)}&model=a&model=b&gateway=nope`;

  const { page } = await open(`/?${query}`);

  expect(await texts(page, "[role=alert] li")).toEqual([
    "q has 201 characters; at most 200 are allowed",
    'since is "1y"; allowed are 1h, 24h, 7d, 30d, all',
    'status is "foo"; allowed are any, ok, failed, 2xx, 4xx, 5xx',
    'cached is "maybe"; allowed are any, yes, no',
    'after is "junk"; allowed is a place in the list, as the link to older logs has it',
    "colour is no filter; allowed are gateway, model, q, since, status, cached, after",
    "model stands there more than once; allowed is once",
    'gateway is "nope"; allowed are shop-dev',
  ]);
  expect(await page.getByRole("alert").isVisible()).toBe(true);
  expect(await page.title()).toBe("Wrong address: 1 request, shop-dev · local AI Gateway");
  await page.goto(new URL("/?status=ok&q=", page.url()).href);
  expect(await page.getByRole("alert").count()).toBe(0);
});

test("older logs follow page by page, without one lost or shown twice", async () => {
  // All in one millisecond: time alone could not tell where the next page begins.
  const createdAt = Date.UTC(2026, 10, 22, 11);
  const logs = Array.from({ length: 120 }, (_, index) => ({ createdAt, durationMs: index }));
  const { open } = await openLogsPage(browser, { logs });
  const { page } = await open("/?status=ok");
  const durations = async () => (await rows(page)).map((row) => Number.parseInt(row[5] ?? "", 10));

  const seen = await durations();
  for (let pages = 0; pages < 2; pages++) {
    await page.getByRole("link", { name: "Older" }).click();
    seen.push(...(await durations()));
  }

  expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => 119 - index));
  expect(await page.getByRole("link", { name: "Older" }).count()).toBe(0);
  await page.getByRole("link", { name: "Newest" }).click();
  expect((await durations())[0]).toBe(119);
});

test("each chart says in words what it draws", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [{ status: 500 }, {}, { createdAt: Date.UTC(2026, 10, 22, 11, 30), durationMs: 250 }],
  });

  const { page } = await open("/");
  for (const summary of await page.locator("figure summary").all()) await summary.click();

  const names = await page
    .getByRole("img")
    .evaluateAll((images) => images.map((image) => image.getAttribute("aria-label")));
  expect(names).toEqual([
    "Requests, each 5 minutes: highest 2",
    "Tokens, each 5 minutes: highest 16",
    "Cost, each 5 minutes: highest $0.002000",
    "Duration, each 5 minutes: highest 250 ms",
  ]);
  expect((await texts(page, "figure >> nth=0 >> tbody tr")).slice(0, 2)).toEqual([
    "11-22 10:00\t1\t1",
    "11-22 10:05\t0\t0",
  ]);
  expect((await texts(page, "figure >> nth=3 >> tbody tr")).slice(-7, -5)).toEqual([
    "11-22 11:30\t250 ms\t250 ms",
    "11-22 11:35\t0 ms\t0 ms",
  ]);
});

test("a first try is drawn in minutes, in however long a time it is looked for", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [{ createdAt: NOW - 90_000 }, { createdAt: NOW - 30_000 }],
  });

  for (const since of ["1h", "24h", "30d", "all"]) {
    const { page } = await open(`/?since=${since}`);
    expect(await texts(page, "figure:first-of-type .axis span")).toEqual([
      "11-22 11:45",
      "each 1 minute, to 1",
      "11-22 12:01",
    ]);
  }
});

test("one box finds a log by its id, event, trace or caller", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { open } = await openLogsPage(browser, {
    logs: [{ id: "wanted", eventId: "asked", traceId, metadata: { caller: "batch" } }, {}],
  });
  const { page } = await open("/");

  for (const text of ["wanted", "asked", traceId, "batch"]) {
    await page.getByRole("searchbox").fill(text);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**q=${text}**`);
    expect((await rows(page)).map(([, , , caller]) => caller)).toEqual(["batch"]);
  }
});

const NONE = { logs: { collect: "none", maxEntries: 10_000, whenFull: "deleteOldest" } };

test.each([
  ["tells how to make one", ["dev"], "/", "curl the-worker"],
  ["knows a stack that keeps none", ["dev", NONE], "/", "none will come through the Worker"],
] as const)("a page without logs %s", async (_, [name, changes], path, words) => {
  const { open } = await openLogsPage(browser, { stack: [name, changes ?? {}] });

  const { page } = await open(path);

  expect(await page.innerText("main")).toContain(words);
});

test("a page without logs knows a gateway that the stack does not declare", async () => {
  const { open, account } = await openLogsPage(browser);
  ensureDefault(account, "default");

  const { page } = await open("/?gateway=default");

  expect(await page.innerText("main")).toContain("nothing calls it by itself");
});

test("where the filters choose nothing, a link leads to what there is", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}] });
  const { page } = await open("/?since=1h&q=nobody");

  expect(await page.innerText("main")).toContain(
    "The gateway has 1 log; none matches in the last hour.",
  );
  await page.getByRole("link", { name: "Drop the other filters" }).click();
  await page.getByRole("link", { name: "Look at all time" }).click();

  expect(await rows(page)).toHaveLength(1);
});
