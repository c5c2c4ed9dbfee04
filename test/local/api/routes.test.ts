/** What holds for every route of the local account's API, whatever it answers. */
import { expect, onTestFinished, test } from "vitest";

import { ROUTES } from "../../../local/api/api.ts";
import type { WorkerRecord } from "../../../local/api/worker-record.ts";
import { startAccount } from "../../support/account.ts";

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
