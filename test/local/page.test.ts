import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchBrowser } from "../support/browser.ts";
import { openLogsPage } from "../support/logs-page.ts";
import { visit } from "../support/visit.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = `"><img src=x onerror="document.title='stolen'"><script>document.title='stolen'</script>`;
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
    "Gateway",
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
  const start = ["shop-dev", "workers-ai", "@cf/a/b"];
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
    heads.slice(9, 11).map((head) => {
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
      { ...wanted, metadata: { caller: "batch" } },
      { ...wanted, metadata: { team: "web" } },
      { ...wanted, model: "@cf/other" },
      { ...wanted, cached: true },
      { ...wanted, eventId: "another" },
      { ...wanted, createdAt: Date.UTC(2026, 10, 20) },
    ],
  });
  const { page } = await open("/", { javaScriptEnabled: false });

  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("@cf/a/b");
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("failed");
  await page.getByLabel("Caller").fill("web");
  await page.getByRole("combobox", { name: "Cached", exact: true }).selectOption("no");
  await page.getByLabel("Text in").fill("wanted");
  await page.getByRole("button", { name: "Show" }).click();

  expect(await page.innerText("h1")).toBe("1 request to shop-dev");
  expect((await rows(page)).map(([time]) => time)).toEqual(["2026-11-22 10:00:00"]);
  const { page: shared } = await open(page.url());
  expect(await rows(shared)).toEqual(await rows(page));
  expect(await shared.getByLabel("Caller").inputValue()).toBe("web");
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
    chosen[query] = (await texts(page, "#logs td:nth-of-type(5)")).map(Number.parseFloat);
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
    "gateway=other": [],
  });
});

test("a wrong word in the address is named, with those that are allowed, and announced", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}] });
  const query = `status=foo&since=1y&cached=maybe&after=junk&colour=red&q=${"x".repeat(201)}&model=a&model=b`;

  const { page } = await open(`/?${query}`);

  expect(await texts(page, "[role=alert] li")).toEqual([
    "q has 201 characters; at most 200 are allowed",
    'since is "1y"; allowed are 1h, 24h, 7d, 30d, all',
    'status is "foo"; allowed are any, ok, failed, 2xx, 4xx, 5xx',
    'cached is "maybe"; allowed are any, yes, no',
    'after is "junk"; allowed is a place in the list, as the link to older logs has it',
    "colour is no filter; allowed are gateway, model, caller, q, since, status, cached, after",
    "model stands there more than once; allowed is once",
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
  const durations = async () => (await rows(page)).map((row) => Number.parseInt(row[6] ?? "", 10));

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
  ["a telephone", { width: 320, isMobile: true }],
  ["a screen at 200 %", { width: 640, isMobile: false }],
])("no page of %s has to be moved sideways", async (_, { width, isMobile }) => {
  const { open } = await openLogsPage(browser, {
    logs: [{ model: `@cf/${"long".repeat(30)}`, bodies: { ...BODIES, request: "x".repeat(500) } }],
  });

  for (const path of ["/", "/logs/log-0"]) {
    const { page } = await open(path, { viewport: { width, height: 640 }, isMobile });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  }
});

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

  const { page, complaints } = await open(`/?caller=${address}&q=${address}&model=${address}`);
  expect(await page.title()).toBe("1 request, shop-dev · local AI Gateway");
  await page.click("#logs a");

  expect(await page.title()).toBe("Log log-0 · local AI Gateway");
  expect(await page.innerText("pre >> nth=0")).toBe(HOSTILE);
  expect(await page.locator("script, img, iframe").count()).toBe(0);
  const { page: unknown } = await open(`/?gateway=${address}`);
  expect(await unknown.title()).toBe(`0 requests, ${HOSTILE} · local AI Gateway`);
  expect(complaints).toEqual([]);
});

test("the browser would run nothing even if a text became markup", async () => {
  const { url, page } = await openLogsPage(browser);

  const { headers } = await fetch(url, { headers: await visit(page) });

  expect(headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
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
    "Requests, each 1 hour: highest 2",
    "Tokens, each 1 hour: highest 16",
    "Cost, each 1 hour: highest $0.002000",
    "Duration, each 1 hour: highest 250 ms",
  ]);
  expect((await texts(page, "figure >> nth=0 >> tbody tr")).slice(-3)).toEqual([
    "11-22 10:00\t1\t1",
    "11-22 11:00\t1\t0",
    "11-22 12:00\t0\t0",
  ]);
  expect((await texts(page, "figure >> nth=3 >> tbody tr")).slice(-2)).toEqual([
    "11-22 11:00\t250 ms\t250 ms",
    "11-22 12:00\t0 ms\t0 ms",
  ]);
});

test("the stack's statement and its storage stand beside the logs", async () => {
  const { open } = await openLogsPage(browser, { stack: ["prod"], logs: [{}] });

  const { page } = await open("/");

  const aside = await page.innerText("aside");
  expect(aside).toContain("1 of 10,000 logs (0.0 %)");
  expect(aside).toContain("each new log pushes the oldest out");
  expect(aside).toContain(
    "Are prompts and answers stored in logs?\tno: the Worker says so on every call (not proved: 1)",
  );
  expect(aside).toContain("point 1: that Cloudflare heeds the Worker's switch");
  expect(aside).toMatch(/Fingerprint [0-9a-f]{16}$/m);
});

test("what was seen on an account stands in the statement, a failure before its answer", async () => {
  const at = "2026-11-23T09:30:00Z";
  const asked = { api: "https://api.cloudflare.com", logSystem: "legacy", sdk: "s" } as const;
  const answers = [
    { question: "payload-header", at, verdict: "broken", seen: "1 log has a body" },
    { question: "switched-off", at, verdict: "kept", seen: "<b>none</b> is left" },
  ] as const;
  const evidence = [{ file: "docs/evidence/a.json", asked, answers: [...answers] }];
  const { open } = await openLogsPage(browser, { stack: ["prod"], evidence });

  const { page } = await open("/");

  const aside = await page.innerText("aside");
  expect(aside).toContain("stored in logs?\t(SEEN TO FAIL on 2026-11-23: 1) no: the Worker says");
  expect(aside).toContain("none is declared (seen in part on 2026-11-23: 10)");
  expect(aside).toContain(
    "seen in part on 2026-11-23: <b>none</b> is left (docs/evidence/a.json); not proved: that a deploy finds what was added by hand",
  );
});

test("a log has all its fields, and its bodies", async () => {
  const request = JSON.stringify({ text: "x".repeat(5000) });
  const { open } = await openLogsPage(browser, { logs: [{ bodies: { ...BODIES, request } }] });

  const { page } = await open("/logs/log-0");

  expect(await texts(page, "main .facts tr")).toEqual([
    "Time (UTC)\t2026-11-22 10:00:00",
    "Gateway\tshop-dev",
    "Provider\tworkers-ai",
    "Model\t@cf/a/b",
    "Status\t200",
    "Duration\t10 ms",
    "Tokens in\t3",
    "Tokens out\t5",
    "Cost\t$0.001000",
    "Cached\tno",
    "Bodies\tkept",
    "Feedback\tnone",
    "Score\tnone",
    "Event id\tevent-of-log-0",
    "Metadata: caller\tweb",
  ]);
  expect(await page.innerText("#main")).toContain(
    "5,011 bytes, of which the head has 4,096 characters",
  );
  expect(await page.innerText("pre >> nth=0")).toBe(request.slice(0, 4096));
  await page.getByText("The whole request").click();
  expect(await page.innerText("pre >> nth=1")).toBe(
    JSON.stringify(JSON.parse(request), undefined, 2),
  );
  expect(await page.innerText("pre >> nth=2")).toBe('{\n  "response": "hi"\n}');
});

test.each([
  ["prod", "The stack file says collect: metadata, so its Worker asks this on every call."],
  ["dev", "now says collect: full, with which its Worker does not ask this"],
] as const)("a log without bodies says why, under %s", async (stack, reason) => {
  const { open } = await openLogsPage(browser, { stack: [stack], logs: [{}] });

  const { page } = await open("/logs/log-0");

  expect(await page.innerText("main")).toContain(
    "No bodies: this request asked that they are not kept",
  );
  expect(await page.innerText("main")).toContain(reason);
});

test("bodies that the stack would not keep are no surprise without a word", async () => {
  const { open } = await openLogsPage(browser, { stack: ["prod"], logs: [{ bodies: BODIES }] });

  const { page } = await open("/logs/log-0");

  expect(await page.innerText("main")).toContain(
    "collect: metadata, with which its Worker keeps no bodies",
  );
});

const NONE = { logs: { collect: "none", maxEntries: 10_000, whenFull: "deleteOldest" } };

test.each([
  ["tells how to make one", ["dev"], "/", "curl the-worker"],
  ["knows a stack that keeps none", ["dev", NONE], "/", "none will come through the Worker"],
  [
    "knows a gateway that the stack does not declare",
    ["dev"],
    "/?gateway=other",
    "nothing calls it by itself",
  ],
] as const)("a page without logs %s", async (_, [name, changes], path, words) => {
  const { open } = await openLogsPage(browser, { stack: [name, changes ?? {}] });

  const { page } = await open(path);

  expect(await page.innerText("main")).toContain(words);
});

test("where the filters choose nothing, a link leads to what there is", async () => {
  const { open } = await openLogsPage(browser, { logs: [{}] });
  const { page } = await open("/?since=1h&caller=nobody");

  expect(await page.innerText("main")).toContain(
    "The gateway has 1 log; none matches in the last hour.",
  );
  await page.getByRole("link", { name: "Drop the other filters" }).click();
  await page.getByRole("link", { name: "Look at all time" }).click();

  expect(await rows(page)).toHaveLength(1);
});

/** The cells of the list, row by row. */
function rows(page: Page): Promise<string[][]> {
  return page
    .locator("#logs")
    .evaluateAll((tables) =>
      tables.flatMap((table) =>
        [...table.querySelectorAll("tbody tr")].map((row) =>
          [...row.querySelectorAll("th, td")].map((cell) => (cell.textContent ?? "").trim()),
        ),
      ),
    );
}

function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).allInnerTexts();
}

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
