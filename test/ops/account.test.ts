import { expect, test } from "vitest";

import { connect } from "../../ops/account/account.ts";
import { readOnce } from "../../ops/account/read-once.ts";
import { auditAccount } from "../../ops/audit/audit.ts";
import { listWorkers } from "../../ops/look/workers.ts";
import { readOwnToken } from "../../ops/look/tokens.ts";
import { verify } from "../../ops/verify/verify.ts";
import { scriptedAccount, type Answer } from "../support/scripted-account.ts";

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

const NOT_ACCEPTED =
  "CLOUDFLARE_API_TOKEN is not accepted: it is wrong, or has ended, or is not of this account";

test.each<[string, Answer, string, string]>([
  ["is unknown", { status: 401 }, NOT_ACCEPTED, NOT_ACCEPTED],
  ["has no token's form", { status: 400, errors: [{ code: 6003 }] }, NOT_ACCEPTED, NOT_ACCEPTED],
  [
    "may not do it",
    { status: 403, errors: [{ code: 10000, message: "Authentication error" }] },
    "CLOUDFLARE_API_TOKEN lacks Workers Scripts Read for this account",
    "CLOUDFLARE_API_TOKEN is not a token of the account",
  ],
  [
    "is of elsewhere",
    { status: 403, errors: [{ code: 9109, message: "Cannot use it from 192.0.2.1" }] },
    "CLOUDFLARE_API_TOKEN is refused: Cannot use it from 192.0.2.1",
    "CLOUDFLARE_API_TOKEN is refused: Cannot use it from 192.0.2.1",
  ],
])("a token that %s is told apart from the others", async (_, answer, ofWorkers, ofToken) => {
  const account = scriptedAccount(() => answer, "dev");

  const unknown = { kind: "unknown", isRefused: true };
  expect(await listWorkers(account)).toEqual({ ...unknown, reason: ofWorkers });
  expect(await readOwnToken(account)).toEqual({ ...unknown, reason: ofToken });
});

test("a request that is wrong by itself is not told as a token that is", async () => {
  const wrong = { status: 400, errors: [{ code: 1001, message: "too many" }] };
  const account = scriptedAccount(() => wrong, "dev");

  expect(await listWorkers(account)).toEqual({ kind: "unknown", reason: "1001 too many" });
});

test("what was answered is read once, and what failed again", async () => {
  const answers: Answer[] = [{ status: 503 }, { result: [] }];
  let made = 0;
  const account = readOnce(scriptedAccount(() => answers[made++] ?? { status: 404 }, "dev"));

  expect(await listWorkers(account)).toMatchObject({ kind: "unknown" });
  expect(await listWorkers(account)).toEqual({ kind: "answer", value: [] });
  expect(await listWorkers(account)).toEqual({ kind: "answer", value: [] });
  expect(made).toBe(2);
});

// Else its checks could judge two states of the account, and take longer.
test.each(["verify", "audit"])("no check of %s reads what another has read", async (command) => {
  const made: string[] = [];
  const alerts = { email: "ops@example.com" };
  const account = scriptedAccount(
    ({ method, path, query }) => {
      if (method === "GET") made.push(`${path}?${query.toString()}`);
      return path.endsWith("/gateways") && query.get("page") === null
        ? { result: [{ id: "shop-prod", collect_logs: false }] }
        : { result: [] };
    },
    "prod",
    { alerts },
  );

  if (command === "audit") {
    await auditAccount({ ...account, stacks: [account.stack] }, new Date(), () => {});
  } else {
    await verify(account, { url: undefined, token: undefined, waitSeconds: 0 }, () => {});
  }

  expect(made.filter((call) => call.startsWith("/tokens?"))).toHaveLength(1);
  expect(made).toEqual([...new Set(made)]);
});
