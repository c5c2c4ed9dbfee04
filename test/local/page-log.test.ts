/** One log, and what stands beside the logs: the stack's statement and the storage. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchBrowser } from "../support/browser.ts";
import { openLogsPage } from "../support/logs-page.ts";
import { texts } from "../support/read-page.ts";

const BODIES = { request: '{"messages":[]}', response: '{"response":"hi"}' };

const MESSAGES = [{ role: "user", content: "Say <b>it</b>" }];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("the stack's statement and its storage stand beside the logs", async () => {
  const { open } = await openLogsPage(browser, { stack: ["prod"], logs: [{}] });

  const { page } = await open("/");

  const aside = await page.innerText("aside");
  expect(aside).toContain("1 of 10,000 logs (0.0 %)");
  // Not as the policy page states it: `npm start` runs a stack whose page is stale, or missing.
  expect(aside).toContain("shop-prod (production), as Pulumi.prod.yaml has it");
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
    "Event id\tevent-of-log-0",
    "Trace id\tnone",
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
  ["Request", { bodies: BODIES }, ".facts", "#request"],
  ["Response", { bodies: BODIES }, "pre[aria-labelledby=request]", "#response"],
  ["No bodies", {}, ".facts", "main h2"],
])("the heading %s stands apart from what is above it", async (_, log, above, heading) => {
  const { open } = await openLogsPage(browser, { logs: [log] });

  const { page } = await open("/logs/log-0");

  const [upper, lower] = [page.locator(above).first(), page.locator(heading)];
  const bottom = await upper.evaluate((element) => element.getBoundingClientRect().bottom);
  const top = await lower.evaluate((element) => element.getBoundingClientRect().top);
  expect(top - bottom).toBeGreaterThan(10);
});

test("a score stands there where a log has one", async () => {
  const { open, store } = await openLogsPage(browser, { logs: [{}, {}] });
  for (const [id, patch] of [
    ["log-0", { feedback: -1 }],
    ["log-1", { score: 20 }],
  ] as const) {
    const found = store.find(id);
    if (found !== undefined) store.change(found, patch);
  }

  const { page: marked } = await open("/logs/log-0");
  expect(await marked.innerText("main .facts")).toMatch(/Feedback\s+bad\s+Event id/);
  const { page: scored } = await open("/logs/log-1");
  expect(await scored.innerText("main .facts")).toMatch(/Score\s+20/);
});

test.each([
  ["Workers AI's own", "@cf/meta/x", { messages: MESSAGES }],
  ["the chat form", "openai/gpt-4o", { messages: MESSAGES }],
  ["the Responses form", "openai/gpt-5.6-terra", { input: "Say <b>it</b>" }],
  ["the Messages form", "anthropic/claude-sonnet-5", { messages: MESSAGES, max_tokens: 99 }],
])("the text of a stream in %s stands above its events", async (_, model, inputs) => {
  const { open, gateway, store } = await openLogsPage(browser);
  const answer = await gateway.handle({
    gatewayId: "shop-dev",
    model,
    inputs: { ...inputs, stream: true },
    options: {},
  });
  await Array.fromAsync(answer.pieces ?? []);

  const { page } = await open(`/logs/${store.list(1)[0]?.id}`);

  expect(await page.innerText("pre[aria-labelledby=response]")).toBe(
    `This is the local model, standing in for ${model}. You said: Say <b>it</b>`,
  );
  await page.getByText("The stream as it was sent").click();
  expect(await page.innerText("details pre")).toMatch(/^(?:event|data): ?/);
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
