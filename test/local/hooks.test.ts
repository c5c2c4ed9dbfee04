import { expect, onTestFinished, test } from "vitest";

import { refuseExisting } from "../../infra/hooks/refuse-existing.ts";
import { settlePutOnly } from "../../infra/hooks/settle-put-only.ts";
import { warnOfLogs } from "../../infra/hooks/warn-of-logs.ts";
import { putOnlyFields } from "../../infra/hooks/put-only.ts";
import { keepLog, startAccount, type AccountScene } from "../support/account.ts";
import { stackWith } from "../support/settings.ts";

const REQUIRED = {
  cache_invalidate_on_update: true,
  cache_ttl: 60,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

test("a gateway whose create dropped what only an update takes holds it after the hook", async () => {
  const running = await start(["a create drops fields"]);
  const place = { accountId: running.accountId, gatewayId: "made" };
  const account_id = running.accountId;
  const api = running.client();
  const { settings } = stackWith("dev", {
    logs: { collect: "full", classification: true, maxEntries: 10_000, whenFull: "deleteOldest" },
    exports: [{ kind: "otel", url: "https://otel.example.com/v1", headers: { "x-key": "hush" } }],
    guardrails: { prompt: { P1: "block" }, response: { S10: "flag" } },
    dlp: [{ id: "cards", action: "block", check: ["request"], profiles: [PROFILE] }],
    spendLimits: [{ id: "daily", limitUsd: 5, windowSeconds: 86_400, per: "caller" }],
  });
  const declared = putOnlyFields(settings);
  await api.aiGateway.create({ account_id, id: "made", ...REQUIRED, log_classification: true });

  const created = await api.aiGateway.get("made", { account_id });
  await settlePutOnly(api, place, { declared, before: [] });
  const settled = await api.aiGateway.get("made", { account_id });
  const before = ["otel", "guardrails", "dlp", "spend_limits", "log_classification"] as const;
  await settlePutOnly(api, place, { declared: {}, before });
  const cleared = await api.aiGateway.get("made", { account_id });

  expect(created).toMatchObject({ log_classification: false });
  expect(settled).toMatchObject({ ...declared, cache_ttl: 60 });
  expect(cleared).toMatchObject({
    log_classification: false,
    dlp: { enabled: false, policies: [] },
    cache_ttl: 60,
  });
  for (const field of ["otel", "guardrails", "spend_limits"]) {
    expect(settled).toHaveProperty(field);
    expect(cleared).not.toHaveProperty(field);
  }
});

test("a declared gateway is met before it is made again, and its logs are counted before they go", async () => {
  const running = await start();
  const place = { accountId: running.accountId, gatewayId: "app", stack: "dev" };
  for (const id of ["one", "two"]) keepLog(running.store, { id });
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);

  await expect(refuseExisting(running.client(), place, warn)).rejects.toThrow(
    `gateway app exists in account ${running.accountId}`,
  );
  await refuseExisting(running.client(), { ...place, gatewayId: "new" }, warn);
  await warnOfLogs(running.client(), place, { protect: false, system: "legacy", warn });

  expect(warnings).toEqual([
    "gateway app goes, and its logs (2) with it; nothing brings them back",
  ]);
});

const PROFILE = "00000000-0000-4000-8000-000000000001";

async function start(faults?: AccountScene["faults"]) {
  const running = await startAccount(faults && { faults });
  onTestFinished(() => running.stop());
  return running;
}
