/** Notification policies and webhooks, as the official SDK makes, reads, changes and deletes them. */
import { expect, onTestFinished, test } from "vitest";

import { startAccount } from "../../support/account.ts";

test("a policy and its webhook are made, read, changed and deleted", async () => {
  const { alerting, account_id } = await start();
  const { policies, destinations } = alerting;
  const url = "https://alerts.test/T0/key";

  const { id: hook = "" } = await destinations.webhooks.create({ account_id, name: "hook", url });
  const { id = "" } = await policies.create({
    account_id,
    name: "copies",
    alert_type: "failing_logpush_job_disabled_alert",
    enabled: true,
    mechanisms: { email: [{ id: "ops@example.com" }], webhooks: [{ id: hook }] },
  });

  expect(await policies.get(id, { account_id })).toMatchObject({
    id,
    name: "copies",
    enabled: true,
    mechanisms: { webhooks: [{ id: hook }] },
  });
  expect((await destinations.webhooks.list({ account_id })).result).toMatchObject([
    { id: hook, name: "hook", url, type: "generic" },
  ]);

  await policies.update(id, { account_id, enabled: false });
  await destinations.webhooks.update(hook, { account_id, name: "other", url });
  expect((await policies.list({ account_id })).result).toMatchObject([
    { id, name: "copies", enabled: false, alert_type: "failing_logpush_job_disabled_alert" },
  ]);
  expect(await destinations.webhooks.get(hook, { account_id })).toMatchObject({ name: "other" });

  await policies.delete(id, { account_id });
  await destinations.webhooks.delete(hook, { account_id });
  expect((await policies.list({ account_id })).result).toEqual([]);
  expect((await destinations.webhooks.list({ account_id })).result).toEqual([]);
});

test("a webhook's secret is in no answer", async () => {
  const { alerting, account_id } = await start();
  const { webhooks } = alerting.destinations;

  const { id = "" } = await webhooks.create({
    account_id,
    name: "hook",
    url: "https://alerts.test/x",
    secret: "planted-secret",
  });

  expect(JSON.stringify(await webhooks.get(id, { account_id }))).not.toContain("planted-secret");
});

test("a policy calls no webhook that is not there, and a webhook that is called stays", async () => {
  const { alerting, account_id } = await start();
  const { policies, destinations } = alerting;
  const { id: hook = "" } = await destinations.webhooks.create({
    account_id,
    name: "hook",
    url: "https://alerts.test/x",
  });
  const make = (id: string) =>
    policies.create({
      account_id,
      name: "copies",
      alert_type: "failing_logpush_job_disabled_alert",
      enabled: true,
      mechanisms: { webhooks: [{ id }] },
    });

  await make(hook);

  await expect(make("none")).rejects.toThrow("400");
  await expect(destinations.webhooks.delete(hook, { account_id })).rejects.toThrow("409");
  await expect(policies.get("none", { account_id })).rejects.toThrow("404");
});

async function start() {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  return { alerting: running.client().alerting, account_id: running.accountId };
}
