import { expect, onTestFinished, test } from "vitest";

import { startAccount } from "../support/account.ts";
import { declareStack } from "../support/declare-stack.ts";

test("a reader's token is one of the account, with its last day and networks", async () => {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  const oncall = {
    accountId: running.accountId,
    name: "ai-gateway shop-dev reader oncall",
    policies: [
      {
        effect: "allow" as const,
        permissionGroups: [{ id: "4dc8917b4b40457d88d3035d5dadb054" }],
        resources: `{"com.cloudflare.api.account.${running.accountId}":"*"}`,
      },
    ],
    expiresOn: "2027-03-31T23:59:59Z",
    condition: { requestIp: { ins: ["203.0.113.0/24"] } },
  };

  running.account.declare(await declareStack("dev", running.key, { tokens: [oncall] }));

  const { result } = await running.client().accounts.tokens.list({ account_id: running.accountId });
  expect(result).toMatchObject([
    {
      name: "ai-gateway shop-dev reader oncall",
      policies: [{ permission_groups: [{ name: "AI Gateway Read" }] }],
      expires_on: "2027-03-31T23:59:59Z",
      condition: { request_ip: { in: ["203.0.113.0/24"] } },
    },
  ]);
});
