/** What holds for every route of the local account's API, whatever it answers. */
import { expect, onTestFinished, test } from "vitest";

import { ROUTES } from "../../../local/api/api.ts";
import type { Declaration } from "../../../local/api/state.ts";
import type { WorkerRecord } from "../../../local/api/worker-record.ts";
import { keepLog, startAccount } from "../../support/account.ts";
import { OPEN } from "../../support/gateway.ts";

const DECLARED: WorkerRecord = {
  name: "chat",
  mainModule: "chat.js",
  modules: [],
  compatibilityDate: "2026-10-23",
  compatibilityFlags: [],
  bindings: [],
  settings: {},
  subdomain: { enabled: true, previews_enabled: false },
  crons: [],
  createdAt: "2026-11-22T00:00:00Z",
  modifiedAt: "2026-11-22T00:00:00Z",
  isDeclared: true,
};

test("no route but those about the token itself and the account's name answers a token without permissions", async () => {
  const { send, accountId: account_id, ...running } = await start();
  const { tokens } = running.client().accounts;
  const groups = await tokens.permissionGroups.list({ account_id, name: "AI Gateway Run" });
  const permission_groups = [{ id: groups.result[0]?.id ?? "" }];
  const resources = { [`com.cloudflare.api.account.${account_id}`]: "*" };
  const policies = [{ effect: "allow" as const, permission_groups, resources }];
  const { value = "" } = await tokens.create({ account_id, name: "runs", policies });

  const statuses = ROUTES.map(async ([method, path]) => {
    const { status } = await send(method, path, value);
    return status === 403 ? [] : [`${method} ${path}: ${status}`];
  });

  expect((await Promise.all(statuses)).flat()).toEqual([
    "GET /accounts/:account/tokens/verify: 200",
    "GET /user/tokens/verify: 200",
    "GET /accounts: 200",
  ]);
});

test("no route of another account answers a token, whatever it may do", async () => {
  const { send, key } = await start();
  const routes = ROUTES.filter(([, path]) => path.includes(":account"));

  const statuses = routes.map(async ([method, path]) => {
    const { status } = await send(method, path.replace(":account", "f".repeat(32)), key);
    return status === 403 ? [] : [`${method} ${path}: ${status}`];
  });

  expect((await Promise.all(statuses)).flat()).toEqual([]);
});

test("what no route takes answers 501 with its name", async () => {
  const { send, accountId, key } = await start();

  const response = await send("GET", "/accounts/:account/queues", key);

  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({
    success: false,
    errors: [
      {
        code: 501,
        message: `the local Cloudflare does not imitate GET /client/v4/accounts/${accountId}/queues`,
      },
    ],
  });
});

test.each([
  ["PUT", "scripts/chat"],
  ["DELETE", "scripts/chat"],
  ["POST", "scripts/chat/versions"],
  ["POST", "scripts/chat/deployments"],
  ["PATCH", "scripts/chat/script-settings"],
  ["PUT", "scripts/chat/secrets"],
  ["DELETE", "scripts/chat/secrets/KEY"],
  ["DELETE", "services/chat"],
])("%s %s leaves the running stack's own Worker alone", async (method, path) => {
  const { send, account, key } = await start();
  account.declare({ gateways: new Map(), workers: [DECLARED] });

  const response = await send(method, `/accounts/:account/workers/${path}`, key);

  expect(response.status).toBe(409);
  expect(response.headers.get("x-should-retry")).toBe("false");
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message:
          "chat is the running stack's own: change the stack file, or deploy to npm start -- --api --empty",
      },
    ],
  });
  expect(account.state.workers["chat"]).toEqual(DECLARED);
});

const KEPT = { isDeclared: true, name: "own", id: "own" };
const NOW = "2026-11-22T00:00:00Z";
const STORE = "5ec5".repeat(8);
const SECRET = { store_id: STORE, comment: "", scopes: ["ai_gateway" as const], preview: "…" };
const CONFIG = { gateway_id: "app", provider_slug: "openai", alias: "a", default_config: true };
const HOOK = { url: "https://alerts.test/x" };
const JOB = { dataset: "http_requests", destination_conf: "https://logs.test/x", enabled: true };
const POLICY = {
  effect: "allow" as const,
  permission_groups: [{ id: "g" }],
  resources: {},
  id: "p",
};
const TOKEN = { status: "active" as const, policies: [POLICY], issued_on: NOW, modified_on: NOW };

/** A record of each kind that a stack declares. */
const RECORDS: Declaration = {
  gateways: new Map([["app", { ...OPEN, aiGatewayId: "app" }]]),
  workers: [{ ...DECLARED, name: "own" }],
  tokens: [{ ...TOKEN, ...KEPT, hash: "h" }],
  buckets: [{ name: "own", createdAt: NOW, rules: [], isDeclared: true }],
  logpushJobs: [{ ...JOB, ...KEPT, id: 7 }],
  secrets: [{ ...SECRET, ...KEPT, created: NOW, modified: NOW }],
  providerConfigs: [{ ...CONFIG, id: "own", secret_id: "own", modified_at: NOW, isDeclared: true }],
  policies: [{ ...KEPT, mechanisms: {} }],
  webhooks: [{ ...KEPT, ...HOOK }],
};

test.each<[string, string, object?]>([
  ["DELETE", "ai-gateway/gateways/app"],
  ["DELETE", "ai-gateway/gateways/app/provider_configs/own"],
  ["PUT", "tokens/own/value"],
  ["DELETE", "tokens/own"],
  ["PUT", "r2/buckets/own/lifecycle", { rules: [{ id: "r" }] }],
  ["DELETE", "r2/buckets/own"],
  ["PUT", "logpush/jobs/7", { enabled: false }],
  ["DELETE", "logpush/jobs/7"],
  ["PATCH", `secrets_store/stores/${STORE}/secrets/own`, { value: "k" }],
  ["DELETE", `secrets_store/stores/${STORE}/secrets/own`],
  ["PUT", "alerting/v3/policies/own", { enabled: false }],
  ["DELETE", "alerting/v3/policies/own"],
  ["PUT", "alerting/v3/destinations/webhooks/own", { ...HOOK, name: "other" }],
  ["DELETE", "alerting/v3/destinations/webhooks/own"],
  ["POST", "workers/scripts/own/subdomain", { enabled: false }],
  ["DELETE", "workers/scripts/own/subdomain"],
  ["PUT", "workers/scripts/own/schedules", []],
])("%s %s leaves what the running stack declares alone", async (method, path, body) => {
  const { apiUrl, accountId, account, store, key } = await start();
  account.declare(RECORDS);
  keepLog(store, { id: "one" });
  const before = account.state;

  const response = await fetch(`${apiUrl}/accounts/${accountId}/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  });

  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status: 409,
    body: {
      errors: [{ message: expect.stringMatching(/^(?:own|app) is the running stack's own/) }],
    },
  });
  expect(account.state).toEqual(before);
  expect(store.find("one")).toBeDefined();
});

// A declared Worker has the setting, with nothing in it, where its program leaves it out.
test("a Worker without a placement has an empty one", async () => {
  const { send, account, key } = await start();
  const settings = { placement: undefined };
  account.declare({ gateways: new Map(), workers: [{ ...DECLARED, settings }] });

  const response = await send("GET", "/accounts/:account/workers/scripts/chat/settings", key);

  expect(await response.json()).toMatchObject({ result: { placement: {} } });
});

async function start() {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  /** Sends a request without a body; every other name in the path stays as it is written. */
  const send = (method: string, path: string, token: string) =>
    fetch(`${running.apiUrl}${path.replace(":account", running.accountId)}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
  return { ...running, send };
}
