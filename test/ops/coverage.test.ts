/** The platform's count of calls against the logs: each gap is planted, and named. */
import { expect, onTestFinished, test } from "vitest";

import type { Account } from "../../ops/account/account.ts";
import { judgeCoverage } from "../../ops/verify/coverage-judge.ts";
import { checkCanariesCounted, checkCoverage, judgeCounted } from "../../ops/verify/coverage.ts";
import type { Canary } from "../../ops/verify/canary.ts";
import type { GatewaySettings } from "../../local/account.ts";
import { makeToken, startAccount, type RunningAccount } from "../support/account.ts";
import { scriptedAccount } from "../support/scripted-account.ts";
import { stackWith } from "../support/settings.ts";

const MINUTE_MS = 60_000;
const OWN = { stack: "prod", caller: "web", release: "r1", route: "/v1/chat/completions" };
/** So late that every call of a test has been counted, by all that is known of the delay. */
const LATER_MS = 20 * MINUTE_MS;

let running: RunningAccount;
let account: Account;

test("as many logs as calls of the Worker keep the promise, in a time that has ended", async () => {
  await open();
  for (let n = 0; n < 3; n++) await call(OWN);

  expect(await look()).toEqual([
    [
      "kept",
      "coverage: calls",
      expect.stringMatching(
        /^3 calls from 20\S+ \d\d:\d\d to \d\d:\d\d UTC, none beside the Worker$/,
      ),
    ],
    [
      "kept",
      "coverage: logs",
      expect.stringMatching(/^3 calls of the Worker from .* UTC, 3 logs$/),
    ],
  ]);
});

test("calls beside the Worker are named, with their models, logged or not", async () => {
  await open();
  await call(OWN);
  await call({}, { model: "openai/gpt-5-mini" });
  await call({ ...OWN, stack: "dev" });
  await call({ stack: "prod" }, { collectLog: false });

  const [calls, logs] = await look();

  expect(calls).toEqual([
    "warning",
    "coverage: calls",
    expect.stringMatching(
      /^4 calls .*, 3 of them beside the Worker, of @cf\/a\/b \(2\) and 1 other model; find the token/,
    ),
  ]);
  expect(logs).toMatchObject([
    "kept",
    "coverage: logs",
    expect.stringMatching(/^1 call .*, 1 log$/),
  ]);
});

test("a log that was dropped is named", async () => {
  await open();
  for (let n = 0; n < 3; n++) await call(OWN);
  const [log] = running.store.list(1);
  const filters = [{ key: "id", operator: "eq", values: [log?.id ?? ""] }] as const;
  await running.store.delete({ gateway: "shop-prod", filters });

  expect((await look())[1]).toEqual([
    "broken",
    "coverage: logs",
    expect.stringMatching(
      /^3 calls of the Worker .*, 2 logs: 1 log dropped; look whether the store is full/,
    ),
  ]);
});

test("a store that is full and stops is seen in what it does not keep", async () => {
  await open({ logManagement: 1, logManagementStrategy: "STOP_INSERTING" });
  for (let n = 0; n < 3; n++) await call(OWN);

  expect((await look())[1]).toEqual([
    "broken",
    "coverage: logs",
    expect.stringMatching(/^3 calls of the Worker .*, 1 log: 2 logs dropped;/),
  ]);
});

test("a stack that promises no log has none of the Worker's calls", async () => {
  await open(
    { collectLogs: false },
    { logs: { collect: "none", maxEntries: 10_000, whenFull: "stop" } },
  );
  await call(OWN, { collectLog: false });

  const kept = await look();
  await call(OWN);

  expect(kept[1]).toEqual([
    "kept",
    "coverage: logs",
    expect.stringMatching(/^1 call .*, 0 logs, as promised$/),
  ]);
  expect((await look())[1]).toEqual([
    "broken",
    "coverage: logs",
    expect.stringMatching(/^2 calls .*, 1 log, and the stack promises none$/),
  ]);
});

test("what analytics may not have counted yet is not compared", async () => {
  await open();
  await call(OWN);

  expect(await look(14 * MINUTE_MS)).toEqual([
    ["kept", "coverage: calls", expect.stringMatching(/^0 calls /)],
    [
      "unknown",
      "coverage: logs",
      expect.stringMatching(/^nothing to compare: no call of the Worker /),
    ],
  ]);
});

test("a change of gateway or Worker begins the time anew, and says from when to ask", async () => {
  await open();
  await call(OWN);
  change(Date.now());

  const [finding, ...others] = await look(MINUTE_MS);

  expect(others).toEqual([]);
  expect(finding).toEqual([
    "unknown",
    "coverage",
    expect.stringMatching(
      /^not looked at, because gateway or Worker was changed at 20.* UTC, and analytics count late; ask again from 20\S+ \d\d:\d\d on$/,
    ),
  ]);
});

test("without Account Analytics Read one sentence says that it is lacking", async () => {
  await open();
  const token = await makeToken(running, ["AI Gateway Read", "Workers Scripts Read"]);
  account = { ...account, cloudflare: running.client(token) };

  expect(await look()).toEqual([
    [
      "unknown",
      "coverage",
      "not looked at, because CLOUDFLARE_API_TOKEN lacks Account Analytics Read for this account",
    ],
  ]);
});

// A refusal comes with the status of a success, too.
test.each([
  [
    "authz",
    { message: "x", extensions: { code: "authz" } },
    /CLOUDFLARE_API_TOKEN lacks Account Analytics Read for this account$/,
  ],
  ["its words", { message: "not authorized for that account" }, /lacks Account Analytics Read/],
  [
    "anything else",
    { message: "cannot request data older than 1s", extensions: { timestamp: "2026-11-22" } },
    /^not looked at, because analytics answer with an error: cannot request data older than 1s$/,
  ],
])("an error in a success is understood by %s", async (_, error, message) => {
  const scripted = scriptedAccount(
    ({ path }) =>
      path.endsWith("/graphql")
        ? { result: null, data: null, errors: [error] }
        : { result: path.endsWith("/scripts") ? [] : { id: "g", collect_logs: false } },
    "prod",
  );

  const findings = await checkCoverage(scripted);

  expect(findings).toMatchObject([{ kind: "unknown", message: expect.stringMatching(message) }]);
});

test("an error without a code is told by its words alone", async () => {
  const errors = [{ message: "query time range is too large" }];
  const scripted = scriptedAccount(
    ({ path }) =>
      path.endsWith("/graphql")
        ? { status: 400, errors }
        : { result: path.endsWith("s") ? [] : {} },
    "prod",
  );

  expect(await checkCoverage(scripted)).toMatchObject([
    { kind: "unknown", message: "not looked at, because query time range is too large" },
  ]);
});

test.each([
  [2, 1],
  [3, 2],
])("of %i calls with 2 logs the logs are counted in %i times", async (calls, times) => {
  const counted: unknown[] = [];
  const dimensions = { model: "m", metadataRaw: JSON.stringify(OWN) };
  const data = { viewer: { accounts: [{ calls: [{ count: calls, dimensions }] }] } };
  const scripted = scriptedAccount(({ path, query }) => {
    if (path.endsWith("/graphql")) return { result: null, data };
    if (!path.endsWith("/logs")) return { result: path.endsWith("s") ? [] : GATEWAY };
    counted.push(query.get("filters"));
    return { result: [], result_info: { total_count: 2 } };
  }, "prod");

  const [, logs] = await checkCoverage(scripted);

  expect(logs?.message).toContain("2 logs");
  expect(counted).toHaveLength(times);
});

const GATEWAY = { id: "shop-prod", collect_logs: false };
const WINDOW = { from: new Date("2026-11-22T10:00:00Z"), until: new Date("2026-11-22T11:00:00Z") };

test.each([
  [5, 5, 5, "kept", "5 logs"],
  [5, 6, 6, "kept", "6 logs"],
  [5, 4, 5, "note", "those just before and after make up for the difference"],
  [5, 4, 4, "broken", "1 log dropped"],
  [2000, 1970, 1975, "note", "may be counted by a sample"],
  [2000, 1950, 1959, "broken", "41 logs dropped"],
  [1000, 999, 999, "broken", "1 log dropped"],
])("%i calls with %i logs, %i with the nearby, are %s", (count, logs, nearbyLogs, kind, text) => {
  const groups = [{ count, model: "m", metadata: OWN }];

  const [, judged] = judgeCoverage(stackWith("prod"), { window: WINDOW, groups, logs, nearbyLogs });

  expect(judged).toMatchObject({ kind, message: expect.stringContaining(text) });
});

test("canaries are counted, or not yet, by their caller and since they were sent", async () => {
  await open();
  const since = Date.now() - 1000;
  await call({ ...OWN, caller: "other" });
  await call(OWN);
  const flights = [flight("normal", 200), flight("streamed", 200), flight("refused", 404)];

  const before = await checkCanariesCounted(account, flights, { since, waitSeconds: 30 });
  await call(OWN);
  const after = await checkCanariesCounted(account, flights, { since, waitSeconds: 30 });
  const none = await checkCanariesCounted(account, [], { since, waitSeconds: 30 });

  const about = "coverage: canaries";
  expect(before).toMatchObject([
    {
      kind: "unknown",
      about,
      message: expect.stringMatching(/^1 of 2 are counted so far: .* --wait 400 waits/),
    },
  ]);
  expect(after).toEqual([{ kind: "kept", about, message: "counted, logged or not" }]);
  expect(none).toEqual([]);
});

test.each([
  [3, 30, "kept", "counted, logged or not"],
  [2, 899, "unknown", "2 of 3 are counted so far"],
  [2, 900, "broken", "2 of 3 are counted after 900 s; look which gateway the Worker is bound to"],
])("%i of 3 canaries counted after %i s are %s", (counted, waitSeconds, kind, message) => {
  const finding = judgeCounted({ counted, asked: 3, waitSeconds });

  expect(finding).toMatchObject({ kind, message: expect.stringContaining(message) });
});

async function open(
  settings: Partial<GatewaySettings> = { collectLogs: false },
  changes: Readonly<Record<string, unknown>> = {},
) {
  running = await startAccount({ gateways: [{ aiGatewayId: "shop-prod", ...settings }] });
  onTestFinished(() => running.stop());
  change(Date.now() - 2 * 60 * MINUTE_MS);
  const { accountId } = running;
  account = {
    stack: stackWith("prod", changes),
    gatewayId: "shop-prod",
    accountId,
    cloudflare: running.client(),
  };
}

/** Has the gateway changed at a time. */
function change(time: number): void {
  const modifiedAt = new Date(time).toISOString();
  running.account.update((state) => ({
    ...state,
    gateways: Object.fromEntries(
      Object.entries(state.gateways).map(([id, record]) => [id, { ...record, modifiedAt }]),
    ),
  }));
}

async function call(metadata: object, more: { model?: string; collectLog?: boolean } = {}) {
  const { model = "@cf/a/b", collectLog = true } = more;
  const inputs = { messages: [{ role: "user", content: "Hi" }] };
  const options = { collectLog, metadata: { ...metadata } };
  await running.gateway.handle({ gatewayId: "shop-prod", model, inputs, options });
}

async function look(later = LATER_MS) {
  const findings = await checkCoverage(account, Date.now() + later);
  return findings.map(({ kind, about, message }) => [kind, about, message]);
}

function flight(kind: Canary["kind"], status: number) {
  const canary = { kind, mark: "m", status, eventId: "e", logId: "l" };
  const logs = [{ fields: { metadata: JSON.stringify(OWN) }, bodies: [] }];
  return { canary, logs: kind === "refused" ? [] : logs };
}
