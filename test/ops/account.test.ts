import { expect, test } from "vitest";

import { connect } from "../../ops/account/account.ts";

const GOOD = { CLOUDFLARE_ACCOUNT_ID: "a".repeat(32), CLOUDFLARE_API_TOKEN: "t".repeat(40) };

test.each([
  [{ CLOUDFLARE_API_TOKEN: "" }, "the environment lacks CLOUDFLARE_API_TOKEN;"],
  [{ CLOUDFLARE_ACCOUNT_ID: "../x" }, 'CLOUDFLARE_ACCOUNT_ID is "../x"; allowed is'],
  // Taken by the SDK, and then a stack trace with the first question.
  [{ CLOUDFLARE_BASE_URL: "nonsense" }, 'CLOUDFLARE_BASE_URL is "nonsense"; allowed is'],
  [{ CLOUDFLARE_BASE_URL: "localhost:8788" }, 'CLOUDFLARE_BASE_URL is "localhost:8788"; allowed'],
])("an environment that no account can be asked with is told: %j", async (changes, message) => {
  await expect(connect(undefined, { ...GOOD, ...changes })).rejects.toThrow(message);
});

test("an empty address is none", async () => {
  const { cloudflare } = await connect(undefined, { ...GOOD, CLOUDFLARE_BASE_URL: "" });

  expect(cloudflare.baseURL).toBe("https://api.cloudflare.com/client/v4");
});
