import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { copiesOf, recordMarkdown, toRecord } from "../../ops/erase/record.ts";
import { keepLog, startAccount, type RunningAccount } from "../support/account.ts";
import { callOps, runOps } from "../support/ops-command.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackWith } from "../support/settings.ts";
import { makeStackFolder, textWithCallers } from "../support/stack-folder.ts";

const NOON = Date.UTC(2026, 10, 22, 12);

let running: RunningAccount;

let environment: Record<string, string>;
beforeAll(async () => {
  running = await startAccount({
    gateways: [{ aiGatewayId: "shop-dev" }, { aiGatewayId: "shop-prod" }],
  });
  environment = {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    CLOUDFLARE_API_TOKEN: running.key,
  };
});
afterAll(() => running.stop());
beforeEach(async () => {
  for (const gateway of ["shop-dev", "shop-prod"]) {
    await running.store.delete({ gateway, filters: [] });
  }
});

test("first it only counts; then it deletes that caller's logs and no other", async () => {
  for (let n = 0; n < 120; n++) keep({ id: `web-${n}`, metadata: { caller: "web" } });
  keep({ id: "of-batch", metadata: { caller: "batch", route: "web" } });
  keep({ id: "of-webx", metadata: { caller: "webx" } });
  keep({ id: "of-nobody" });
  keep({ id: "elsewhere", gateway: "shop-prod", metadata: { caller: "web" } });

  const counted = await runOps("erase", [...WORDS, "--json"], environment);
  const before = running.store.count();
  const erased = await erase("--yes");
  const again = await erase("--yes", "--json");

  expect(counted.code).toBe(1);
  expect(counted.stderr).toContain("nothing was deleted; --yes deletes them");
  expect(JSON.parse(counted.stdout)).toMatchObject({ caller: "web", found: 120 });
  expect(before).toBe(124);
  expect(erased).toMatchObject({ code: 0, stderr: "" });
  expect(erased.stdout).toMatch(
    /\| found \| 120, from .*\n\| how \| deleted by id .*\n\| left \| 0 \|/,
  );
  expect(running.store.list(9).map(({ id }) => id)).toEqual([
    "elsewhere",
    "of-nobody",
    "of-webx",
    "of-batch",
  ]);
  expect(JSON.parse(again.stdout)).toMatchObject({ found: 0, left: 0 });
});

test("a misspelt name is no erasure: the record says so, with the nearest, and the exit code is 2", async () => {
  keep({ id: "mine", metadata: { caller: "web" } });
  const { folder } = await makeStackFolder(textWithCallers("web", "app"));
  const ask = (...words: string[]) =>
    callOps("erase", ["--stack", "dev", "--caller", ...words], environment, folder);

  const counted = await ask("wbe");
  const erased = await ask("wbe", "--yes", "--json");

  const why = '"wbe" is no caller of stack dev; did you mean web?; its file has web, app';
  expect(counted).toMatchObject({ code: 2, stderr: `error: nothing was found to erase: ${why}\n` });
  expect(counted.stdout).toContain(`| no caller | ${why} |\n`);
  expect(erased.code).toBe(2);
  expect(JSON.parse(erased.stdout)).toMatchObject({ noCaller: why, found: 0, left: 0 });
  expect(running.store.count()).toBe(1);
});

test("a caller that the file has no more is erased, and the record says that it is none", async () => {
  keep({ id: "mine", metadata: { caller: "gone" } });
  const { folder } = await makeStackFolder(textWithCallers("web"));
  const words = ["--stack", "dev", "--yes", "--caller"];

  const removed = await callOps("erase", [...words, "gone"], environment, folder);
  const known = await callOps("erase", [...words, "web"], environment, folder);

  expect(removed).toMatchObject({ code: 0, stderr: "" });
  expect(removed.stdout).toContain(
    '| no caller | "gone" is no caller of stack dev; its file has web',
  );
  expect(known).toMatchObject({ code: 0, stderr: "" });
  expect(known.stdout).not.toContain("no caller");
});

test("the last day is included whole, and the next is not", async () => {
  const metadata = { caller: "web" };
  keep({ id: "late", createdAt: Date.UTC(2026, 10, 22, 23, 59), metadata });
  keep({ id: "next", createdAt: Date.UTC(2026, 10, 23), metadata });

  const { code } = await erase("--yes", "--until", "2026-11-22");

  expect(code).toBe(0);
  expect(running.store.list(9).map(({ id }) => id)).toEqual(["next"]);
});

test("a token that may only read deletes nothing, and the message says what it needs", async () => {
  keep({ id: "mine", metadata: { caller: "web" } });
  const { accounts } = running.client();
  const account_id = running.accountId;
  const groups = await accounts.tokens.permissionGroups.list({
    account_id,
    name: "AI Gateway Read",
  });
  const resources = { [`com.cloudflare.api.account.${account_id}`]: "*" };
  const permission_groups = [{ id: groups.result[0]?.id ?? "" }];
  const policies = [{ effect: "allow" as const, permission_groups, resources }];
  const { value = "" } = await accounts.tokens.create({ account_id, name: "reader", policies });

  const { code, stderr } = await callOps("erase", [...WORDS, "--yes"], {
    ...environment,
    CLOUDFLARE_API_TOKEN: value,
  });

  expect(code).toBe(2);
  expect(stderr).toContain(
    "cannot delete logs of shop-dev: CLOUDFLARE_API_TOKEN lacks AI Gateway Edit",
  );
  expect(running.store.count()).toBe(1);
});

test.each([
  [[], "--caller is missing; it is the name of one caller"],
  [["--caller", ""], "--caller is missing"],
  [["--caller", "web", "--until", "soon"], '--until is "soon"; allowed are a day'],
])("%j deletes nothing and is refused with the usage", async (args, message) => {
  keep({ id: "of-nobody" });

  const words = ["--stack", "dev", "--yes", ...args];
  const { code, stderr } = await callOps("erase", words, environment);

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain("usage: npm run erase");
  expect(running.store.count()).toBe(1);
});

test("the record names every copy that is not erased", () => {
  const stack = stackWith("dev", {
    cache: { ttlSeconds: 300 },
    guardrails: { prompt: { S1: "block" } },
    exports: [{ kind: "otel", url: "https://traces.example.com/v1", keepDays: 30 }],
    logpush: { bucket: "app-logs", keepDays: 14, publicKey: PUBLIC_KEY },
    telemetry: { traces: { url: "https://otel.example.com/v1/traces" }, metrics: true },
  });

  expect(copiesOf(stack)).toEqual([
    "copies exported to https://traces.example.com/v1, kept there for 30 days: erase them there",
    "encrypted copies in R2 bucket app-logs, until they are 14 days old: files of many callers, to be deleted there by their day",
    "spans sent to https://otel.example.com/v1/traces, one for each request, with the caller's name and without bodies, kept there for a time this project does not know: erase them there",
    "data points in dataset ai_gateway_talk_dev of Analytics Engine, one for each request, with the caller's name and without bodies, for three months; nothing erases one sooner",
    "answers in the gateway's cache, for up to 300 seconds",
    "guardrails' evaluations, which are logs of their own: whether they name the caller is not documented",
    "Workers Logs of talk-dev: a line for each request, with the caller's name and without bodies",
    "AI Gateway's analytics: each call, logged or not, with the caller's name, for a time that is not documented; nothing known erases them",
    "what the models' providers keep by their own terms",
  ]);
});

test("analytics, which no erasure reaches, are in each record", async () => {
  const { stdout } = await erase();

  expect(stdout).toContain("- AI Gateway's analytics: each call, logged or not, ");
});

test("where names are hashed, no copy in the record has the caller's name", () => {
  const hashed = copiesOf(
    stackWith("dev", {
      anonymousCallers: { key: "c3".repeat(32) },
      telemetry: { traces: { url: "https://otel.example.com/v1/traces" }, metrics: true },
    }),
  );

  // The Workers Logs' line once stood there with the name.
  expect(hashed.filter((copy) => copy.includes("caller's name"))).toEqual([]);
  expect(hashed.filter((copy) => copy.includes("with the caller's hash"))).toHaveLength(4);
});

test("a hostile name stays in its cell of the record", () => {
  const stack = stackWith("dev");
  const caller = "a | b`\n# c\u001B[2J";
  const erasure = { callers: [caller], until: new Date(NOON) };
  const at = new Date(NOON);

  const page = recordMarkdown(toRecord({ at, stack, caller, erasure, found: [], left: 0 }));

  expect(page.split("\n").find((line) => line.startsWith("| caller |"))).toBe(
    String.raw`| caller | a \| b\`�# c�\[2J |`,
  );
});

const WORDS = ["--stack", "dev", "--caller", "web"];

function erase(...args: string[]) {
  return callOps("erase", [...WORDS, ...args], environment);
}

function keep(log: Parameters<typeof keepLog>[1]): void {
  keepLog(running.store, { gateway: "shop-dev", createdAt: NOON, ...log });
}
