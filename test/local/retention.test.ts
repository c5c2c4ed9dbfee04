import { expect, onTestFinished, test } from "vitest";

import { toServed } from "../../local/api/worker-record.ts";
import { keepLog, startAccount } from "../support/account.ts";
import { launchBrowser, openPage } from "../support/browser.ts";
import { declareStack } from "../support/declare-stack.ts";
import { visit, withKey } from "../support/visit.ts";

const DAY_MS = 86_400_000;

test("the prod stack's retention Worker deletes what is too old, with the token that is made for it", async () => {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  running.account.declare(await declareStack("prod", running.key));
  for (const days of [40, 31, 29, 1]) {
    keepLog(running.store, {
      id: `${days}-days`,
      gateway: "shop-prod",
      createdAt: Date.now() - days * DAY_MS,
    });
  }

  const retention = running.account.state.workers["talk-prod-retention"];
  if (retention === undefined) throw new Error("no retention Worker is declared");
  await running.workers.runCron(toServed(retention), retention.crons[0] ?? "");

  const { result } = await running
    .client()
    .aiGateway.logs.list("shop-prod", { account_id: running.accountId });
  expect(result.map(({ id }) => id)).toEqual(["1-days", "29-days"]);
});

test("the logs page runs the retention Worker when its button is pressed, and for no other site", async () => {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  running.account.declare(await declareStack("prod", running.key));
  keepLog(running.store, { id: "old", gateway: "shop-prod", createdAt: Date.now() - 40 * DAY_MS });
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await openPage(browser);

  await page.goto(withKey(running.page, "/?gateway=shop-prod"));
  const elsewhere = await fetch(new URL("/workers/talk-prod-retention/cron", running.url), {
    method: "POST",
    headers: { "sec-fetch-site": "cross-site", ...(await visit(running.page)) },
  });
  expect(elsewhere.status).toBe(403);
  expect(running.store.find("old")).toBeDefined();
  await page.getByRole("button", { name: "Run talk-prod-retention now" }).press("Enter");
  await page.waitForURL(new URL("/", running.url).href);

  expect(running.store.find("old")).toBeUndefined();
});

test("what the stack declares is listed beside what was uploaded, and changed by the stack alone", async () => {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  running.account.declare(await declareStack("prod", running.key));
  const account_id = running.accountId;
  const { scripts } = running.client().workers;

  const { result } = await scripts.list({ account_id });
  expect(result.map(({ id }) => id)).toEqual(["talk-prod", "talk-prod-retention"]);
  const { bindings } = await scripts.scriptAndVersionSettings.get("talk-prod-retention", {
    account_id,
  });
  expect(bindings).toContainEqual({ name: "API_TOKEN", type: "secret_text" });
  await expect(scripts.delete("talk-prod", { account_id })).rejects.toThrow(
    "change the stack file",
  );
  const { result: tokens } = await running.client().accounts.tokens.list({ account_id });
  expect(tokens).toMatchObject([
    {
      name: "talk-prod-retention",
      policies: [{ permission_groups: [{ name: "AI Gateway Write" }] }],
    },
  ]);
});
