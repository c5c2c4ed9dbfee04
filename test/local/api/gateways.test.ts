import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type Cloudflare from "cloudflare";
import type { AIGatewayUpdateParams } from "cloudflare/resources/ai-gateway/ai-gateway.js";
import { expect, onTestFinished, test } from "vitest";

import {
  REQUIRED,
  keepLog,
  startAccount,
  type AccountScene,
  type RunningAccount,
} from "../../support/account.ts";
import { OPEN } from "../../support/gateway.ts";

test("a declared gateway is read and listed as the API spells it", async () => {
  const { gateways, account_id } = await start({
    gateways: [{ retryMaxAttempts: 2, retryBackoff: "linear" }, { aiGatewayId: "other" }],
  });

  const list = await gateways.list({ account_id, search: "ap" });

  expect(list.result).toEqual([
    {
      id: "app",
      authentication: true,
      byok_only: false,
      cache_invalidate_on_update: true,
      cache_ttl: 0,
      collect_logs: true,
      created_at: expect.stringMatching(/^20\d\d-/),
      is_default: false,
      log_classification: false,
      log_management: 10_000,
      log_management_strategy: "DELETE_OLDEST",
      logpush: false,
      modified_at: expect.stringMatching(/^20\d\d-/),
      rate_limiting_interval: 0,
      rate_limiting_limit: 0,
      rate_limiting_technique: "fixed",
      retry_backoff: "linear",
      retry_max_attempts: 2,
      store_id: "",
      workers_ai_billing_mode: "postpaid",
      zdr: false,
    },
  ]);
  expect(await gateways.get("app", { account_id })).toEqual(list.result[0]);
});

test("a gateway that was made over the API answers, and a change of it holds from the next request", async () => {
  const { gateways, account_id, running } = await start();
  await gateways.create({ account_id, id: "made", ...REQUIRED });
  const ask = () =>
    running.gateway.handle({ gatewayId: "made", model: "@cf/a/b", inputs: {}, options: {} });

  const before = await ask();
  await gateways.update("made", { account_id, ...REQUIRED, collect_logs: false });
  const after = await ask();

  expect([before, after].map(({ headers }) => "cf-aig-log-id" in headers)).toEqual([true, false]);
});

test("authentication is on where a create leaves it out, and cannot be off, or be switched off", async () => {
  const { gateways, account_id } = await start({
    gateways: [{ aiGatewayId: "old", authentication: false }],
  });
  const off = { account_id, ...REQUIRED, authentication: false };
  const refusal = { status: 400, message: expect.stringContaining("cannot be switched off") };

  expect(await gateways.create({ account_id, id: "made", ...REQUIRED })).toMatchObject({
    authentication: true,
  });
  await expect(gateways.create({ ...off, id: "open" })).rejects.toMatchObject(refusal);
  await expect(gateways.update("made", off)).rejects.toMatchObject(refusal);

  // One that was open before may stay so, until it is closed.
  expect(await gateways.update("old", off)).toMatchObject({ authentication: false });
  await gateways.update("old", { ...off, authentication: true });
  await expect(gateways.update("old", off)).rejects.toMatchObject(refusal);
});

const RULE = {
  id: "s",
  enabled: true,
  limit: 5,
  limitType: "cost",
  window: 60,
  technique: "fixed",
};

const GROUPS = {
  guardrails: { prompt: { S1: "BLOCK" }, response: {} },
  log_classification: true,
  otel: [{ url: "https://traces.test/v1", headers: { a: "b" } }],
  dlp: {
    enabled: true,
    policies: [{ id: "d", enabled: true, action: "FLAG", check: ["REQUEST"], profiles: [] }],
  },
  spend_limits: {
    enabled: true,
    rules: [
      {
        id: "s",
        enabled: true,
        limit: 5,
        limitType: "cost",
        window: 60,
        technique: "sliding",
        metadata: { caller: { mode: "partition" } },
      },
    ],
  },
} as const;

test("a create and an update take every group, and an update keeps what it does not name", async () => {
  const { gateways, account_id } = await start();
  const body = withGroups(account_id);

  const created = await gateways.create({ ...body, id: "made" });
  const kept = await gateways.update("made", { account_id, ...REQUIRED, cache_ttl: 60 });

  const otel = [{ ...GROUPS.otel[0], content_type: "json" }];
  expect(created).toMatchObject({ ...GROUPS, otel });
  expect(kept).toMatchObject({ ...GROUPS, otel, cache_ttl: 60 });
});

test("where a create is to drop fields, the others are taken, and an update takes those", async () => {
  const { gateways, account_id } = await start({ faults: ["a create drops fields"] });
  const body = withGroups(account_id);

  const created = await gateways.create({ ...body, id: "made", zdr: true });
  const updated = await gateways.update("made", body);
  const cleared = await gateways.update("made", { account_id, ...REQUIRED, guardrails: null });

  expect(created).toMatchObject({ id: "made", zdr: true, log_classification: false });
  expect(Object.keys(created)).not.toEqual(expect.arrayContaining(["guardrails"]));
  const otel = [{ ...GROUPS.otel[0], content_type: "json" }];
  expect(updated).toMatchObject({ ...GROUPS, otel, zdr: true });
  expect(cleared.guardrails).toBeUndefined();
});

test("where an update is to drop fields, they are as they were", async () => {
  const { gateways, account_id } = await start({ faults: ["an update drops fields"] });
  const body = withGroups(account_id);
  await gateways.create({ account_id, id: "made", ...REQUIRED });

  const updated = await gateways.update("made", { ...body, zdr: true });

  expect(updated).toMatchObject({ zdr: true, log_classification: false });
  expect(updated).not.toHaveProperty("otel");
});

test.each([
  ["stripe", { authorization: "x", usage_events: [{ payload: "{}" }] }],
  ["store_id", "0".repeat(32)],
  ["dlp", { enabled: true, action: "BLOCK", profiles: ["a"] }],
  ["spend_limits", { enabled: true, rules: [{ ...RULE, model: named("a/b") }] }],
  ["spend_limits", { enabled: true, rules: [{ ...RULE, provider: named("openai") }] }],
])("the documented field %s is taken, and answered as it was sent", async (field, value) => {
  const { running, account_id } = await start();
  const path = `/accounts/${account_id}/ai-gateway/gateways`;
  const api = running.client();
  const body = { id: "made", ...REQUIRED, [field]: value };

  const created = await api.post<Answer>(path, { body });
  const changed = await api.put<Answer>(`${path}/app`, { body });

  expect(created.result).toMatchObject({ [field]: value });
  expect(changed.result).toMatchObject({ id: "app", [field]: value });
});

test("a gateway that is sent back as it was read is taken", async () => {
  const { gateways, account_id } = await start();
  const read = await gateways.get("app", { account_id });

  const changed = await gateways.update("app", { ...read, account_id, zdr: true });

  expect(changed).toEqual({ ...read, zdr: true, modified_at: changed.modified_at });
});

test("a deleted gateway is gone with its logs, and with no other's", async () => {
  const { gateways, account_id, running } = await start();
  await gateways.create({ account_id, id: "made", ...REQUIRED });
  for (const gateway of ["app", "made"]) keepLog(running.store, { id: `of-${gateway}`, gateway });

  const deleted = await gateways.delete("made", { account_id });

  expect(deleted).toMatchObject({ id: "made" });
  await expect(gateways.get("made", { account_id })).rejects.toThrow("7002");
  expect(running.store.list(10).map(({ id }) => id)).toEqual(["of-app"]);
});

test.each([
  ["an id that exists", { id: "app" }, 409, /7001.*exists/],
  ["an id of other characters", { id: "Bad Id!" }, 400, /7001.*lowercase letters.*"id"/],
  ["hyphens side by side in its id", { id: "a--b" }, 400, /7001.*single hyphens.*"id"/],
  ["an id that is too long", { id: "a".repeat(65) }, 400, /7001.*64 characters.*"id"/],
  ["a bad number", { log_management: 5 }, 400, /7001.*"log_management"/],
  ["everything wrong at once", { cache_ttl: -1, zdr: "no" }, 400, /"cache_ttl".*"zdr"/],
  ["a field nobody knows", { cache_tll: 1 }, 400, /Unrecognized key/],
  ["a missing field", { collect_logs: undefined }, 400, /"collect_logs"/],
])("a create with %s is refused", async (_, change, status, message) => {
  const { running } = await start();

  const answer = await fetch(
    `${running.apiUrl}/accounts/${running.accountId}/ai-gateway/gateways`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${running.key}` },
      body: JSON.stringify({ id: "made", ...REQUIRED, ...change }),
    },
  );

  expect(answer.status).toBe(status);
  expect(await answer.text()).toMatch(message);
  expect(Object.keys(running.account.state.gateways)).toEqual(["app"]);
});

test("what was made over the API outlives a restart, and the stack sets right what it declares", async () => {
  const folder = await mkdtemp(join(tmpdir(), "account-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const first = await start({ folder });
  await first.gateways.create({ account_id: first.account_id, id: "made", ...REQUIRED });
  await first.gateways.update("app", { ...REQUIRED, account_id: first.account_id, zdr: true });
  await first.running.stop();

  const { gateways, account_id } = await start({ folder });

  expect(await gateways.get("made", { account_id })).toMatchObject({ id: "made" });
  expect(await gateways.get("app", { account_id })).toMatchObject({ zdr: false });
  const file = join(folder, "account.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).not.toContain('"app"');
});

test("a gateway that the stack no longer declares goes, and one made over the API stays", async () => {
  const { gateways, account_id, running } = await start();
  await gateways.create({ account_id, id: "made", ...REQUIRED });

  running.account.declare({ gateways: new Map([["next", { ...OPEN, aiGatewayId: "next" }]]) });

  const list = await gateways.list({ account_id });
  expect(list.result.map(({ id }) => id)).toEqual(["made", "next"]);
  expect(running.gateway.settings("app")).toBeUndefined();
});

interface Started {
  readonly running: RunningAccount;
  readonly gateways: Cloudflare["aiGateway"];
  readonly account_id: string;
}

interface Answer {
  readonly result: unknown;
}

function named(value: string): object {
  return { mode: "filter", values: [value] };
}

/** Makes a body that has every group; each list is its own, as the SDK's types want it. */
function withGroups(account_id: string): AIGatewayUpdateParams {
  return { account_id, ...REQUIRED, ...JSON.parse(JSON.stringify(GROUPS)) };
}

async function start(scene?: AccountScene): Promise<Started> {
  const running = await startAccount(scene);
  onTestFinished(() => running.stop());
  return { running, gateways: running.client().aiGateway, account_id: running.accountId };
}
