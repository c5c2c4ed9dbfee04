/** Whoever reads the pages: by keyboard, on a small screen, in the dark, with a screen reader, or beside a hostile caller. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchBrowser } from "../support/browser.ts";
import { openLogsPage } from "../support/logs-page.ts";
import { rows } from "../support/read-page.ts";
import { visit } from "../support/visit.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = `"><img src=x onerror="document.title='stolen'"><script>document.title='stolen'</script>`;
const BODIES = { request: '{"messages":[]}', response: '{"response":"hi"}' };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a keyboard alone leads past the filters to a log, and back to the same list", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}, { status: 500 }] });
  const { page } = await open("/?status=failed");
  const press = (key: string) => page.keyboard.press(key);
  const focused = () => page.evaluate("document.activeElement.innerText");
  /** Fails when the focus comes round without meeting it. */
  const tabTo = async (text: string) => {
    for (let tabs = 0; tabs < 40; tabs++) {
      await press("Tab");
      if ((await focused()) === text) return;
    }
    throw new Error(`no Tab leads to ${text}`);
  };

  await press("Tab");
  expect(await focused()).toBe("Skip to the content");
  await press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("main");
  await tabTo("2026-11-22 10:00:01");
  await press("Enter");
  await page.waitForURL("**/logs/log-1**");
  expect(await page.innerText("h1")).toBe("Log log-1");
  await tabTo("All logs");
  await press("Enter");
  await page.waitForURL("**/?gateway=shop-dev&status=failed");

  expect(await rows(page)).toHaveLength(1);
});

test("axe finds no fault in any page, light or dark", async () => {
  const { open } = await openLogsPage(browser, {
    stack: ["prod"],
    logs: [{ bodies: { ...BODIES, request: "x".repeat(5000) } }, { status: 500 }],
  });
  const { open: openEmpty } = await openLogsPage(browser);

  const found = [];
  for (const path of [
    "/",
    "/logs/log-0",
    "/logs/log-1",
    "/logs/none",
    "/?since=1h",
    "/?status=foo",
  ]) {
    found.push(...(await faults((await open(path)).page)));
  }
  found.push(...(await faults((await openEmpty("/")).page)));

  expect(found).toEqual([]);
});

test.each([
  ["a small telephone", { width: 320, isMobile: true }],
  ["a telephone", { width: 390, isMobile: true }],
  ["a screen at 200 %", { width: 640, isMobile: false }],
])("no page of %s has to be moved sideways", async (_, { width, isMobile }) => {
  const { open } = await openLogsPage(browser, {
    logs: [{ model: `@cf/${"long".repeat(30)}`, bodies: { ...BODIES, request: "x".repeat(500) } }],
  });

  for (const path of ["/", "/logs/log-0"]) {
    const { page } = await open(path, { viewport: { width, height: 640 }, isMobile });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    // Where the head of the table is not shown, each value has its column's name.
    const names = await page.evaluate(
      "[...document.querySelectorAll('#logs td')].map((cell) => getComputedStyle(cell, '::before').content)",
    );
    expect(names).not.toContain("none");
    // The time that is chosen is read whole: the list has the width that its longest text needs.
    const isCut = `[...document.querySelectorAll("select[name=since]")].some((select) => {
      const width = select.offsetWidth;
      select.parentElement.style.alignItems = "start";
      select.style.width = "auto";
      return select.offsetWidth > width;
    })`;
    // At 320 pixels three of them are beside each other, and its end is cut.
    expect(width < 390 || (await page.evaluate(isCut)) === false).toBe(true);
  }
});

test.each([[3], [50]])(
  "the first screen of a laptop has the newest of %d logs, and all their columns",
  async (count) => {
    const long = { model: "@cf/meta/llama-3.3-70b-instruct-fp8-fast", provider: "workers-ai" };
    const metadata = { caller: "a-caller-with-quite-a-long-name" };
    const logs = Array.from({ length: count }, () => ({ ...long, metadata, status: 503 }));
    const { open } = await openLogsPage(browser, { logs });

    const { page } = await open("/", { viewport: { width: 1280, height: 800 } });

    const inView = await page
      .locator("#logs tbody tr")
      .evaluateAll(
        (all) =>
          all.map((row) => row.getBoundingClientRect().bottom).filter((bottom) => bottom <= 800)
            .length,
      );
    expect(inView).toBeGreaterThanOrEqual(Math.min(count, 18));
    const cells = page.locator("#logs :is(th, td)");
    expect(
      await cells.evaluateAll(
        (all) =>
          all.filter(
            (cell) =>
              cell.scrollWidth > cell.clientWidth || cell.getBoundingClientRect().right > 1280,
          ).length,
      ),
    ).toBe(0);
  },
);

test("the scheme of the reader colours the page", async () => {
  const { open } = await openLogsPage(browser);
  const paper = async (colorScheme: "light" | "dark") => {
    const { page } = await open("/", { colorScheme });
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  };

  expect([await paper("light"), await paper("dark")]).toEqual([
    "rgb(255, 255, 255)",
    "rgb(13, 17, 23)",
  ]);
});

test("what a caller wrote is shown as text, and the browser asks nobody else", async () => {
  const { open } = await openLogsPage(browser, {
    logs: [
      {
        model: HOSTILE,
        provider: HOSTILE,
        eventId: HOSTILE,
        metadata: { caller: HOSTILE, [HOSTILE]: HOSTILE },
        bodies: { request: HOSTILE, response: HOSTILE },
      },
    ],
  });
  const address = encodeURIComponent(HOSTILE);

  const { page, complaints } = await open(`/?q=${address}&model=${address}`);
  expect(await page.title()).toBe("1 request, shop-dev · local AI Gateway");
  await page.click("#logs a");

  expect(await page.title()).toBe("Log log-0 · local AI Gateway");
  expect(await page.innerText("pre >> nth=0")).toBe(HOSTILE);
  expect(await page.locator("script, img, iframe").count()).toBe(0);
  const { page: unknown } = await open(`/?gateway=${address}`);
  expect(await unknown.title()).toBe("Wrong address: 1 request, shop-dev · local AI Gateway");
  expect(complaints).toEqual([]);
});

test("a page of the list runs one script by its hash, a page with bodies none", async () => {
  const { url, page } = await openLogsPage(browser, { logs: [{ bodies: BODIES }] });
  const headers = await visit(page);
  const policy = async (path: string) =>
    (await fetch(new URL(path, url), { headers })).headers.get("content-security-policy");

  const still =
    "default-src 'none'; style-src 'sha256-HASH'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  const live = `${still}; script-src 'sha256-HASH'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`;
  const paths = ["/", "/?after=1.1", "/logs/log-0", "/logs/none"];
  const found = (await Promise.all(paths.map(policy))).map((text) =>
    text?.replaceAll(/sha256-[\w+/=]{44}/g, "sha256-HASH"),
  );
  expect(found).toEqual([live, still, still, still]);
});

test.each(["/", "/logs/log-0"])(
  "the browser runs nothing at %s even if a text became markup",
  async (path) => {
    const { open } = await openLogsPage(browser, { logs: [{ bodies: BODIES }] });
    const { page } = await open("/", { colorScheme: "light" });
    const tried = `<p id="planted">planted</p><script>document.documentElement.lang = "stolen"</script>
      <img src="data:," onerror="document.documentElement.lang = 'stolen'">
      <svg><animate onbegin="document.documentElement.lang = 'stolen'" attributeName="x" dur="1s" /></svg>`;
    await page.route("**/*", async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace("</main>", `${tried}</main>`);
      await route.fulfill({ response, body });
    });

    await page.goto(new URL(path, page.url()).href);

    expect(await page.innerText("#planted")).toBe("planted");
    expect(await page.evaluate("document.documentElement.lang")).toBe("en");
  },
);

test("no script of the list can make markup of a text", async () => {
  const { open } = await openLogsPage(browser);
  const { page } = await open("/");

  const write = page.evaluate("document.querySelector('h1').innerHTML = '<i>x</i>'");

  await expect(write).rejects.toThrow("TrustedHTML");
});

/** What WCAG 2.2 AA and the best practices of axe forbid on a light page; of its colours, on a dark one too. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await runAxe(page, {});
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await runAxe(page, {
    runOnly: { type: "tag", values: ["cat.color"] },
    // Of AAA: on only because its tag is asked for.
    rules: { "color-contrast-enhanced": { enabled: false } },
  });
  return [...light.map((fault) => `light ${fault}`), ...dark.map((fault) => `dark ${fault}`)];
}

/** `address rule: element` */
async function runAxe(page: Page, options: RunOptions): Promise<string[]> {
  const { violations }: AxeResults = await page.evaluate(
    `axe.run(${JSON.stringify({ ...options, resultTypes: ["violations"] })})`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${page.url()} ${id}: ${html}`),
  );
}
