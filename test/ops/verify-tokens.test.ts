/** The promises about tokens: of readers, and of the command itself. */
import { expect, test } from "vitest";

import {
  checkOwnToken,
  checkReaders,
  judgeOwnToken,
  judgeReaders,
} from "../../ops/verify/tokens.ts";
import type { Token } from "../../ops/look/tokens.ts";
import { verifyPermissions } from "../../policy/gateway/permissions.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { scriptedAccount } from "../support/scripted-account.ts";
import { stackWith } from "../support/settings.ts";

const READER = {
  name: "oncall",
  kind: "person",
  until: "2027-03-31",
  addresses: ["203.0.113.0/24"],
  token: true,
} as const;
const READERS = {
  gatewayId: "shop-prod",
  readers: [
    { ...READER, addresses: [...READER.addresses] },
    { name: "audit", kind: "person" as const, token: false },
  ],
};
const TOKEN: Token = {
  name: "ai-gateway shop-prod reader oncall",
  expires_on: "2027-04-01T00:00:00Z",
  policies: [allow("AI Gateway Read")],
  condition: { request_ip: { in: ["203.0.113.0/24"] } },
};

test.each([
  ["its limits", [TOKEN], []],
  ["no token", [], ["oncall has no token; run pulumi up"]],
  [
    "more rights, no end and every address",
    [
      {
        name: TOKEN.name,
        policies: [allow("AI Gateway Read"), allow("AI Gateway Write")],
      },
    ],
    [
      'token "ai-gateway shop-prod reader oncall" may do AI Gateway Read, AI Gateway Edit; a reader has AI Gateway Read and nothing else',
      'token "ai-gateway shop-prod reader oncall" ends never; declared is 2027-03-31',
      'token "ai-gateway shop-prod reader oncall" is taken from everywhere; declared is 203.0.113.0/24',
    ],
  ],
  [
    "a later end",
    [{ ...TOKEN, expires_on: "2027-04-01T00:00:01Z" }],
    [
      'token "ai-gateway shop-prod reader oncall" ends 2027-04-01T00:00:01Z; declared is 2027-03-31',
    ],
  ],
  [
    "a former reader",
    [TOKEN, { ...TOKEN, name: "ai-gateway shop-prod reader former" }],
    [
      'token "ai-gateway shop-prod reader former" belongs to no reader with a token; delete it, or declare it',
    ],
  ],
] satisfies [string, Token[], string[]][])("a reader with %s", (_, tokens, problems) => {
  expect(judgeReaders(READERS, tokens, "run pulumi up")).toEqual(problems);
});

// A raw ZodError ended the command, and took every other finding with it.
test.each([
  ["no list of policies", { id: "t", policies: "all" }, "a token whose policies is"],
  ["two odd fields", { id: "t", name: 5, policies: [{}] }, "a token whose name, policies.0.effect"],
  ["no object", "token", "a token that is"],
])("a token with %s is told as not looked at, by its fields", async (_, odd, reason) => {
  const account = scriptedAccount(
    ({ path }) => ({
      result: path === "/tokens" ? [odd] : path === "/tokens/verify" ? { id: "t" } : odd,
    }),
    "prod",
  );

  const found = [...(await checkReaders(account)), ...(await checkOwnToken(account))];

  const message = expect.stringContaining(`not looked at, because the API answered with ${reason}`);
  expect(found).toEqual([
    { kind: "unknown", about: "readers", message },
    { kind: "unknown", about: "CLOUDFLARE_API_TOKEN", message },
  ]);
});

test("a token that may do more than this command needs is a warning", () => {
  const wide = {
    ...TOKEN,
    policies: [allow("AI Gateway Write")],
  };

  const readsMore = { ...TOKEN, policies: [...TOKEN.policies, allow("Notifications Read")] };

  const { settings } = stackWith("prod");

  expect(judgeOwnToken(settings, TOKEN).kind).toBe("kept");
  expect(judgeOwnToken(settings, readsMore).kind).toBe("kept");
  expect(judgeOwnToken(settings, wide)).toMatchObject({
    kind: "warning",
    message: expect.stringContaining("may also do AI Gateway Edit;"),
  });
});

test("what a stack's own parts need is no more than this command needs", () => {
  const logpush = { bucket: "shop-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const providers = [{ provider: "openai", key: "sk-of-a-test" }];
  const declared = { plan: "paid", logpush, secretsStoreId: "0".repeat(32), providers };
  const { settings } = stackWith("prod", declared);
  const token = { ...TOKEN, policies: verifyPermissions(settings).map(allow) };

  expect(judgeOwnToken(settings, token).kind).toBe("kept");
  expect(judgeOwnToken(stackWith("prod").settings, token)).toMatchObject({
    kind: "warning",
    message: expect.stringMatching(/^may also do Logs Edit, Secrets Store Read, Workers R2 /),
  });
});

function allow(name: string): Token["policies"][number] {
  return { effect: "allow", permission_groups: [{ name }], resources: {} };
}
