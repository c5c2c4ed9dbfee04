/** What the account holds beside everything that a stack declares: kept and listed, without any effect. */
import { expect, onTestFinished, test } from "vitest";

import { REQUIRED, startAccount } from "../../support/account.ts";
import { holdIn } from "../../support/held.ts";

test("the official SDK makes, lists and deletes a custom provider", async () => {
  const { aiGateway, account } = await start();
  const { customProviders } = aiGateway;
  const wanted = { name: "Own", slug: "own", base_url: "https://llm.example.com", headers: "{}" };

  const { id } = await customProviders.create({ ...account, ...wanted });
  const { result } = await customProviders.list(account);
  await customProviders.delete(id, account);

  expect(result).toMatchObject([{ id, enable: false, ...wanted }]);
  expect((await customProviders.list(account)).result).toEqual([]);
});

test("a dataset belongs to its gateway, and goes with it", async () => {
  const { aiGateway, account, running } = await start();
  await aiGateway.create({ ...account, id: "made", ...REQUIRED });
  const wanted = { ...account, name: "d", enable: true, filters: [] };
  const { id } = await aiGateway.datasets.create("made", wanted);

  const own = await aiGateway.datasets.list("made", account);
  const other = await aiGateway.datasets.list("other", account);
  await expect(
    aiGateway.datasets.delete(id, { ...account, gateway_id: "other" }),
  ).rejects.toMatchObject({ status: 404 });
  await aiGateway.delete("made", account);

  expect(own.result).toMatchObject([{ id, gateway_id: "made", name: "d" }]);
  expect(other.result).toEqual([]);
  expect(running.account.state.held).toEqual({});
});

test("a dynamic route is listed with its versions, and none can be made", async () => {
  const { aiGateway, account, running } = await start();
  holdIn(running, "ai-gateway/gateways/app/routes", { id: "r", name: "support" });
  holdIn(running, "ai-gateway/gateways/app/routes/r/versions", { version_id: "v" });

  const { dynamicRouting } = aiGateway;
  const routes = await dynamicRouting.list("app", account);
  const versions = await dynamicRouting.listVersions("r", { ...account, gateway_id: "app" });

  expect(routes.data.routes).toMatchObject([{ name: "support" }]);
  expect(versions.data.versions).toEqual([{ version_id: "v" }]);
  await expect(
    dynamicRouting.create("app", { ...account, name: "x", elements: [] }),
  ).rejects.toMatchObject({ status: 501 });
});

test("an identity policy is a draft here, and one in force is not imitated", async () => {
  const { client, account } = await start();
  const path = `/accounts/${account.account_id}/ai-gateway/gateways/app/policies`;
  const body = { name: "all", actor: "company:all", resource: "*", action: { type: "block" } };

  await client.post(path, { body });

  expect(await client.get(path)).toMatchObject({ result: [] });
  expect(await client.get(path, { query: { includeStaging: true } })).toMatchObject({
    result: [{ name: "all", staging: true }],
  });
  await expect(client.post(path, { body, query: { commit: true } })).rejects.toMatchObject({
    status: 501,
    message: expect.stringContaining("an identity policy in force"),
  });
});

test("a list of an unknown gateway is not found", async () => {
  const { aiGateway, account } = await start();

  await expect(aiGateway.datasets.list("none", account)).rejects.toMatchObject({ status: 404 });
});

async function start() {
  const running = await startAccount({ gateways: [{}, { aiGatewayId: "other" }] });
  onTestFinished(() => running.stop());
  const client = running.client();
  return {
    running,
    client,
    aiGateway: client.aiGateway,
    account: { account_id: running.accountId },
  };
}
