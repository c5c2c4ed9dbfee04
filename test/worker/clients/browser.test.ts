import { expect, test } from "vitest";

import { launchBrowser, openPage } from "../../support/browser.ts";
import { startWorker, TOKEN } from "../../support/workerd.ts";

test("Chromium logs in with the token as password", async () => {
  const worker = await startWorker();
  const browser = await launchBrowser();
  const context = await browser.newContext({
    httpCredentials: { username: "anyone", password: TOKEN },
  });
  const page = await openPage(context);

  const response = await page.goto(worker.url.href);
  await browser.close();

  expect(response?.status()).toBe(200);
  expect(worker.calls).toHaveLength(1);
});
