/** The counts of calls over GraphQL, asked as people ask Cloudflare. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { DIMENSIONS, SUMS } from "../../../local/analytics/dataset.ts";
import { startAccount, type RunningAccount } from "../../support/account.ts";
import { ask, datasetQuery, firstRow, rowsOf } from "../../support/graphql.ts";

const HOUR_MS = 3_600_000;

let account: RunningAccount;
let window: { readonly start: string; readonly end: string };
beforeAll(async () => {
  const now = Date.now();
  account = await startAccount({
    gateways: [{ cacheTtl: 600 }, { aiGatewayId: "silent", collectLogs: false }],
    // All calls are of one minute.
    now: () => now,
  });
  const start = Math.floor(now / HOUR_MS) * HOUR_MS;
  window = { start: iso(start), end: iso(start + 2 * HOUR_MS) };
  const web = { caller: "web", n: 1, ok: true };
  await call({ metadata: web, skipCache: true });
  await call({ metadata: web });
  await call({ metadata: web });
  await call({ metadata: { caller: "cron" } }, "openai/gpt-5-mini");
  await call({}, "openai/no-such");
  await call({ metadata: { caller: "web" } }, "@cf/a/b", "silent");
});
afterAll(() => account.stop());

test("a query with variables that it does not declare is answered, as documented", async () => {
  const query = `query{\n viewer {\n accounts(filter: { accountTag: "${account.accountId}" }) {
    requests: aiGatewayRequestsAdaptiveGroups(
      limit: $limit\n filter: { datetimeHour_geq: $start, datetimeHour_leq: $end, gateway: "app" }
      orderBy: [datetimeMinute_ASC]
    ) { count, dimensions { model, provider, gateway, ts: datetimeMinute } } } } }`;

  const { status, body } = await asking(query, { limit: 1000, ...window, orderBy: "date_ASC" });

  expect(status).toBe(200);
  expect(body.errors).toBeNull();
  const counts = rowsOf(body, "requests").map(({ count, dimensions }) => [
    dimensions["model"],
    count,
  ]);
  expect(counts).toHaveLength(3);
  expect(counts).toEqual(
    expect.arrayContaining([
      ["@cf/a/b", 3],
      ["openai/gpt-5-mini", 1],
      ["openai/no-such", 1],
    ]),
  );
  const { dimensions } = firstRow(body, "requests");
  expect(Object.keys(dimensions)).toEqual(["model", "provider", "gateway", "ts"]);
  expect(dimensions["ts"]).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:00Z$/);
});

test("a call is counted whose log is off, and whose gateway collects nothing", async () => {
  const { groups } = await groupsOf("gateway", `gateway: "silent"`);

  expect(groups).toMatchObject([{ count: 1, dimensions: { gateway: "silent" } }]);
  expect(account.store.countOf({ gateway: "silent", filters: [] })).toBe(0);
});

test("sums tell what the gateway's cache answered from what a model did", async () => {
  const { groups } = await groupsOf("model", `gateway: "app", model: "@cf/a/b"`);

  const sum = groups[0]?.sum ?? {};
  expect(sum).toMatchObject({
    cachedRequests: 1,
    erroredRequests: 0,
    cachedTokensIn: 1,
    uncachedTokensIn: 2,
    tokensIn: 3,
  });
  expect(sum["cost"]).toBeGreaterThan(0);
  expect(sum["tokensOut"]).toBe(Number(sum["cachedTokensOut"]) + Number(sum["uncachedTokensOut"]));
});

test("metadata is a dimension as it was sent, and a filter by pattern, key and value", async () => {
  const raw = `{"caller":"web","n":1,"ok":true}`;
  const ofApp = (filter: string) => groupsOf("metadataRaw", `gateway: "app", ${filter}`);

  const all = await groupsOf("metadataRaw", `gateway: "app"`);
  const like = await ofApp(`metadataRaw_like: "%\\"web\\"%"`);
  const capitals = await ofApp(`metadataRaw_like: "%WEB%"`);
  const has = await ofApp(`AND: [{ metadataKeys_has: "caller" }, { metadataValues_has: "cron" }]`);
  const truth = await ofApp(`metadataValues_has: "true"`);
  const either = await ofApp(`OR: [{ metadataRaw: "" }, { metadataValues_has: "cron" }]`);

  expect(rawOf(all.groups)).toEqual(["", `{"caller":"cron"}`, raw]);
  expect(rawOf(like.groups)).toEqual([raw]);
  expect(rawOf(capitals.groups)).toEqual([]);
  expect(rawOf(has.groups)).toEqual([`{"caller":"cron"}`]);
  expect(rawOf(truth.groups)).toEqual([raw]);
  expect(rawOf(either.groups)).toEqual(["", `{"caller":"cron"}`]);
});

test("failures are found by status, by error, and in two datasets of one query", async () => {
  const query = `query Two($a: string!, $s: Time!, $e: Time = "2100-01-01T00:00:00Z") { viewer {
    scope: accounts(filter: {accountTag: $a}) {
      failed: aiGatewayRequestsAdaptiveGroups(limit: 5, filter: {datetime_geq: $s, datetime_lt: $e, statusCode_geq: 400}) {
        count sum { errors: erroredRequests __typename } dimensions { statusCode error __typename } __typename
      }
      fine: aiGatewayRequestsAdaptiveGroups(limit: 5, filter: {datetime_geq: $s, error: 0, gateway_in: ["app"]}) { count }
      accountTag __typename
    } } }`;

  const { body } = await asking(query, { a: account.accountId, s: window.start });

  const type = "AccountAiGatewayRequestsAdaptiveGroups";
  expect(body.data?.viewer["scope"]).toEqual([
    {
      failed: [
        {
          count: 1,
          sum: { errors: 1, __typename: `${type}Sum` },
          dimensions: { statusCode: 404, error: 1, __typename: `${type}Dimensions` },
          __typename: type,
        },
      ],
      fine: [{ count: 4 }],
      accountTag: account.accountId,
      __typename: "account",
    },
  ]);
});

test.each([
  ["statusCode: 404", 1],
  ["statusCode_neq: 404", 4],
  ["statusCode_lt: 404", 4],
  ["statusCode_leq: 404", 5],
  ["statusCode_gt: 200", 1],
  ["statusCode_geq: 200", 5],
  ["statusCode_in: [404, 500]", 1],
  ["statusCode_notin: [404]", 4],
  [`model_like: "openai/%"`, 2],
  [`model_notlike: "%/gpt-_-mini"`, 4],
])("a filter %s chooses %i of five calls", async (filter, count) => {
  const args = `limit: 1, filter: {${TIME}, gateway: "app", ${filter}}`;

  const { body } = await asking(datasetQuery(args, "count"), variables());

  expect(firstRow(body).count).toBe(count);
});

test("groups come in the order that is asked for, as many as the limit", async () => {
  const query = (order: string) =>
    datasetQuery(
      `limit: 1, filter: {${TIME}, gateway: "app"}, orderBy: [${order}]`,
      "count dimensions { model }",
    );

  const most = await asking(query("count_DESC"), variables());
  const byName = await asking(query("model_DESC"), variables());

  expect(rowsOf(most.body)).toMatchObject([{ count: 3 }]);
  expect(rowsOf(byName.body)).toMatchObject([{ dimensions: { model: "openai/no-such" } }]);
});

test("every dimension and every sum can be asked for, and a time without calls has no group", async () => {
  const all = `count sum { ${[...SUMS.keys()].join(" ")} } dimensions { ${[...DIMENSIONS.keys()].join(" ")} }`;
  const empty = `limit: 1, filter: {datetime_geq: "${iso(Date.now() - HOUR_MS)}", datetime_lt: "${iso(Date.now() - HOUR_MS / 2)}"}`;

  const full = await asking(datasetQuery(`limit: 100, filter: {${TIME}}`, all), variables());
  const none = await asking(datasetQuery(empty, all), variables());
  const noGroup = await asking(datasetQuery(empty, "count"), variables());

  const [group] = rowsOf(full.body);
  expect(Object.keys(group?.sum ?? {})).toEqual([...SUMS.keys()]);
  expect(Object.keys(group?.dimensions ?? {})).toEqual([...DIMENSIONS.keys()]);
  expect(group?.dimensions["date"]).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect([rowsOf(none.body), rowsOf(noGroup.body)]).toEqual([[], []]);
});

test("the official SDK asks it, and deleting logs leaves the counts", async () => {
  const client = account.client();
  const query = datasetQuery(`limit: 1, filter: {${TIME}, gateway: "app"}`, "count");
  const body = { query, variables: variables() };

  const before = await client.post("/graphql", { body });
  await account.store.delete({ gateway: "app", filters: [] });

  expect(before).toMatchObject({ errors: null });
  expect(await client.post("/graphql", { body })).toEqual(before);
});

const TIME = "datetime_geq: $start, datetime_lt: $end";

async function call(options: object, model = "@cf/a/b", gatewayId = "app") {
  const inputs = { messages: [{ role: "user", content: "Hi" }] };
  await account.gateway.handle({ way: "rest", gatewayId, model, inputs, options });
}

function asking(query: string, values: object, token = account.key) {
  return ask({ apiUrl: account.apiUrl, token }, query, values);
}

function variables() {
  return { a: account.accountId, ...window };
}

async function groupsOf(dimension: string, filter: string) {
  const fields = `count sum { ${[...SUMS.keys()].join(" ")} } dimensions { ${dimension} }`;
  const args = `limit: 10, filter: {${TIME}, ${filter}}, orderBy: [${dimension}_ASC]`;
  const { body } = await asking(datasetQuery(args, fields), variables());
  return { groups: rowsOf(body) };
}

function rawOf(groups: Awaited<ReturnType<typeof groupsOf>>["groups"]): unknown[] {
  return groups.map(({ dimensions }) => dimensions["metadataRaw"]);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
