import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { startAccount, type RunningAccount } from "../../support/account.ts";

test("a log that the API has shown is there after a kill -9", async () => {
  const folder = await mkdtemp(join(tmpdir(), "killed-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const child = fork(join(import.meta.dirname, "../../support/account-process.ts"), [folder]);
  const [{ apiUrl, key, account_id, id }] = await once(child, "message");
  const shown = await fetch(`${apiUrl}/accounts/${account_id}/ai-gateway/gateways/app/logs/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  });

  child.kill("SIGKILL");
  await once(child, "exit");
  const running = await start(folder);

  expect(shown.status).toBe(200);
  const log = await running.client().aiGateway.logs.get(id, { account_id, gateway_id: "app" });
  expect({ success: true, result: log }).toMatchObject({
    result: Object(await shown.json()).result,
  });
});

test("buckets with their rules and Logpush jobs are kept, and there are four jobs at most", async () => {
  const folder = await mkdtemp(join(tmpdir(), "state-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const first = await start(folder);
  const account_id = first.accountId;
  const { r2, logpush } = first.client();
  await r2.buckets.create({ account_id, name: "copies" });
  const rules = [{ id: "r", conditions: { prefix: "" }, enabled: true }];
  await r2.buckets.lifecycle.update("copies", { account_id, rules });
  const destination_conf = "s3://copies?region=eu-west-1";
  const job = { account_id, destination_conf, dataset: "http_requests" } as const;
  for (let n = 0; n < 4; n++) await logpush.jobs.create(job);
  await logpush.jobs.update(2, { account_id, enabled: true });
  await expect(logpush.jobs.create(job)).rejects.toThrow(/400.*at most 4/);
  await first.stop();

  const again = (await start(folder)).client();

  const buckets = await again.r2.buckets.list({ account_id });
  expect(buckets.buckets).toMatchObject([{ name: "copies" }]);
  expect(await again.r2.buckets.lifecycle.get("copies", { account_id })).toEqual({ rules });
  const jobs = await again.logpush.jobs.list({ account_id });
  expect(jobs.result.map((one) => [one?.id, one?.enabled])).toEqual([
    [1, false],
    [2, true],
    [3, false],
    [4, false],
  ]);
});

async function start(folder: string): Promise<RunningAccount> {
  const running = await startAccount({ folder });
  onTestFinished(() => running.stop());
  return running;
}
