import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Cloudflare from "cloudflare";
import { expect, onTestFinished, test } from "vitest";

import { startAccount, type AccountScene, type RunningAccount } from "../../support/account.ts";

const CHAT = JSON.stringify({ messages: [{ role: "user", content: "Hi" }] });

test("a token is made from groups found by name, and its value is told once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tokens-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { running, account_id, make, tokens } = await start({ folder });

  const { id = "", value = "" } = await make(["AI Gateway Read"]);

  expect(value).toMatch(/^[\w-]{40}$/);
  expect(await tokens.get(id, { account_id })).toMatchObject({
    id,
    name: "reader",
    status: "active",
    policies: [{ effect: "allow", permission_groups: [{ name: "AI Gateway Read" }] }],
  });
  const list = await tokens.list({ account_id });
  expect(list.result).toMatchObject([{ id }]);
  expect(JSON.stringify(list.result)).not.toMatch(new RegExp(`${value}|hash`));
  expect(await readFile(join(folder, "account.json"), "utf8")).not.toContain(value);
  const verified = await running.client(value).accounts.tokens.verify({ account_id });
  expect(verified).toEqual({ id, status: "active" });
  expect(await running.client(value).user.tokens.verify()).toEqual({ id, status: "active" });
});

test("a token outlives a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tokens-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const first = await start({ folder });
  const { id, value } = await first.make(["AI Gateway Read"]);
  await first.running.stop();

  const { running, account_id } = await start({ folder });

  expect(await running.client(value).accounts.tokens.verify({ account_id })).toMatchObject({ id });
});

// Whose token may: read logs, change logs, make tokens, run through the gateway.
test.each<[readonly string[], readonly boolean[]]>([
  [["AI Gateway Read"], [true, false, false, false]],
  [["AI Gateway Write"], [true, true, false, false]],
  [["AI Gateway Run"], [false, false, false, true]],
  [["Account API Tokens Write"], [false, false, true, false]],
  [["Workers Scripts Write"], [false, false, false, false]],
  [
    ["AI Gateway Read", "AI Gateway Run"],
    [true, false, false, true],
  ],
])("a token with %j may do that and nothing else", async (permissions, expected) => {
  const { running, account_id, make } = await start();
  const { value = "" } = await make(permissions);
  const { aiGateway, accounts } = running.client(value);

  const results = await Promise.allSettled([
    aiGateway.logs.list("app", { account_id }),
    aiGateway.logs.delete("app", { account_id }),
    accounts.tokens.delete("unknown", { account_id }),
  ]);
  const ran = await runBeside(running, value);

  const statuses = results.map((result) =>
    result.status === "fulfilled" ? 200 : Number(Object(result.reason).status),
  );
  expect(statuses).toEqual(
    expected.slice(0, 3).map((may, index) => (may ? [200, 200, 404][index] : 403)),
  );
  expect(ran.status).toBe(expected[3] === true ? 200 : 401);
});

test.each([
  ["no token", undefined, 401],
  ["another scheme", "Basic abc", 401],
  ["an unknown token", `Bearer ${"x".repeat(40)}`, 401],
])("%s is refused with 10000, and told nothing", async (_, authorization, status) => {
  const { running } = await start();
  const headers = new Headers(
    authorization === undefined ? [] : [["authorization", authorization]],
  );

  const answers = await Promise.all(
    ["ai-gateway/gateways", "nothing", "tokens/verify"].map((path) =>
      fetch(`${running.apiUrl}/accounts/${running.accountId}/${path}`, { headers }),
    ),
  );

  for (const answer of answers) {
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({
      success: false,
      errors: [{ code: 10_000, message: "Authentication error" }],
      messages: [],
      result: null,
    });
  }
});

test("jobs of Logpush are read with Logs Write alone", async () => {
  const { running, account_id, make } = await start();
  const list = async (permission: string) => {
    const { value = "" } = await make([permission]);
    return running.client(value).logpush.jobs.list({ account_id });
  };

  expect((await list("Logs Write")).result).toEqual([]);
  await expect(list("Logs Read")).rejects.toThrow(/403.*10000/);
});

test("a token stops on its last day, when it is disabled, and where it may not be used", async () => {
  const { running, account_id, make, tokens, read } = await start();
  const late = await make(["AI Gateway Read"], { expires_on: "2026-01-01T00:00:00Z" });
  const early = await make(["AI Gateway Read"], { not_before: "2999-01-01T00:00:00Z" });
  const away = await make(["AI Gateway Read"], {
    condition: { request_ip: { in: ["10.0.0.0/8"] } },
  });
  const barred = await make(["AI Gateway Read"], {
    condition: { request_ip: { not_in: ["127.0.0.1"] } },
  });
  const near = await make(["AI Gateway Read"], {
    condition: { request_ip: { in: ["127.0.0.0/8"], not_in: ["127.0.0.9/32"] } },
  });
  const stopped = await make(["AI Gateway Read"]);
  const { name = "", policies = [] } = await tokens.get(stopped.id ?? "", { account_id });
  await tokens.update(stopped.id ?? "", { account_id, name, policies, status: "disabled" });

  expect(await read(late)).toContain("401");
  expect(await read(early)).toContain("401");
  expect(await read(stopped)).toContain("401");
  expect(await read(away)).toMatch(/403.*9109.*127\.0\.0\.1/);
  expect(await read(barred)).toMatch(/403.*9109/);
  expect(await read(near)).toBe("read");
  expect(await running.client(late.value).accounts.tokens.verify({ account_id })).toEqual({
    id: late.id,
    status: "expired",
    expires_on: "2026-01-01T00:00:00Z",
  });
});

test("a rolled token has a new value, and a deleted one none", async () => {
  const { running, account_id, make, tokens, read } = await start();
  const token = await make(["AI Gateway Read"]);
  const id = token.id ?? "";

  const value = await tokens.value.update(id, { account_id });

  expect(await read(token)).toContain("401");
  expect(await read({ value })).toBe("read");
  await tokens.delete(id, { account_id });
  expect(await read({ value })).toContain("401");
  expect(running.account.state.tokens).toEqual({});
});

test("a policy that denies goes before one that allows", async () => {
  const { running, account_id, groups, tokens } = await start();
  const resources = { [`com.cloudflare.api.account.${account_id}`]: "*" };
  const permission_groups = await groups(["AI Gateway Read"]);

  const { value } = await tokens.create({
    account_id,
    name: "neither",
    policies: [
      { effect: "allow", permission_groups, resources },
      { effect: "deny", permission_groups, resources },
    ],
  });

  await expect(running.client(value).aiGateway.list({ account_id })).rejects.toThrow("403");
});

test("a permission group that does not exist is refused by its id", async () => {
  const { account_id, tokens } = await start();
  const permission_groups = [{ id: "guessed" }];
  const policies = [{ effect: "allow" as const, permission_groups, resources: {} }];

  await expect(tokens.create({ account_id, name: "t", policies })).rejects.toThrow(/400.*guessed/);
});

type Made = Cloudflare.Accounts.TokenCreateResponse;

async function start(scene?: AccountScene) {
  const running = await startAccount(scene);
  onTestFinished(() => running.stop());
  const account_id = running.accountId;
  const { tokens } = running.client().accounts;
  const groups = (names: readonly string[]) =>
    Promise.all(
      names.map(async (name) => {
        const { result } = await tokens.permissionGroups.list({ account_id, name });
        return { id: result[0]?.id ?? "" };
      }),
    );
  const make = async (
    names: readonly string[],
    more: Partial<Cloudflare.Accounts.TokenCreateParams> = {},
  ): Promise<Made> => {
    const resources = { [`com.cloudflare.api.account.${account_id}`]: "*" };
    const permission_groups = await groups(names);
    const policies = [{ effect: "allow" as const, permission_groups, resources }];
    return tokens.create({ account_id, name: "reader", policies, ...more });
  };
  /** What became of reading the logs with a token. */
  const read = (token: Made): Promise<string> =>
    running
      .client(token.value)
      .aiGateway.logs.list("app", { account_id })
      .then(
        () => "read",
        (error: unknown) => String(error),
      );
  return { running, account_id, tokens, groups, make, read };
}

function runBeside({ url, accountId }: RunningAccount, token: string): Promise<Response> {
  return fetch(new URL(`v1/${accountId}/app/workers-ai/@cf/a/b`, url), {
    method: "POST",
    headers: { "cf-aig-authorization": `Bearer ${token}` },
    body: CHAT,
  });
}
