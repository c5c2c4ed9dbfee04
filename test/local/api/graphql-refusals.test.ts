/** What the GraphQL API refuses, in its own form of errors. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { makeToken, startAccount, type RunningAccount } from "../../support/account.ts";
import { ask, datasetQuery } from "../../support/graphql.ts";

let account: RunningAccount;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.stop());

test.each([
  [
    "no such field",
    datasetQuery(`limit: 1, filter: {$TIME}`, "count avg { sampleInterval }"),
    501,
    /no field "avg" of aiGatewayRequestsAdaptiveGroups; it has count, sum, dimensions/,
  ],
  [
    "no such dimension",
    datasetQuery("limit: 1, filter: {$TIME}", "dimensions { colo }"),
    501,
    /no field "colo" of dimensions; it has gateway,/,
  ],
  [
    "no such filter",
    datasetQuery(`limit: 1, filter: {$TIME, colo: "x"}`, "count"),
    501,
    /no filter "colo"/,
  ],
  [
    "another dataset",
    "{ viewer { accounts(filter: {accountTag: $a}) { workersInvocationsAdaptive(limit: 1) { count } } } }",
    501,
    /no field "workersInvocationsAdaptive"|no selections/,
  ],
  ["zones", `{ viewer { zones { zoneTag } } }`, 501, /no field "zones" of viewer; it has accounts/],
  ["the schema", `{ __type(name: "x") { name } }`, 501, /no field "__type" of query/],
  ["a mutation", `mutation { viewer { __typename } }`, 501, /does not imitate mutation/],
  [
    "a fragment",
    `{ viewer { ...F } } fragment F on viewer { __typename }`,
    501,
    /does not imitate fragments/,
  ],
  ["a directive", `{ viewer @skip(if: true) { __typename } }`, 501, /does not imitate directives/],
  ["depth", "{a".repeat(30), 501, /more than 20 levels/],
  ["endless depth", `{a(b:${"[".repeat(100_000)}`, 501, /more than 20 levels/],
  ["two queries", "query A { a } query B { b }", 501, /more than one operation/],
  ["no query", "", 400, /^query contains error, .*Unexpected <EOF>.* \(line 1\)$/],
  ["an open brace", "{ viewer {\n __typename ", 400, /found <EOF>.* \(line 2\)$/],
  [
    "no limit",
    datasetQuery("filter: {$TIME}", "count"),
    400,
    /^limit must be positive number and not greater than 10000/,
  ],
  [
    "too high a limit",
    datasetQuery("limit: 10001, filter: {$TIME}", "count"),
    400,
    /^limit must be positive/,
  ],
  ["no time", datasetQuery("limit: 1, filter: {}", "count"), 400, /^query time range is too large/],
  [
    "an old time",
    datasetQuery(
      `limit: 1, filter: {datetime_geq: "2020-01-01T00:00:00Z", datetime_lt: "2020-01-02T00:00:00Z"}`,
      "count",
    ),
    400,
    /^cannot request data older than 5356800s/,
  ],
  [
    "what is no time",
    datasetQuery(`limit: 1, filter: {datetime_geq: "yesterday"}`, "count"),
    400,
    /datetime_geq is no time such as/,
  ],
  [
    "no value of a variable",
    datasetQuery("limit: $most, filter: {$TIME}", "count"),
    400,
    /variable \$most has no value/,
  ],
  [
    "an order by what is not asked for",
    datasetQuery("limit: 1, filter: {$TIME}, orderBy: [model_ASC]", "count"),
    400,
    /orderBy has "model_ASC"/,
  ],
  [
    "a group without fields",
    datasetQuery("limit: 1, filter: {$TIME}", "sum"),
    400,
    /^object field must have selections: sum/,
  ],
  [
    "fields of a number",
    datasetQuery("limit: 1, filter: {$TIME}", "sum { cost { usd } }"),
    400,
    /^scalar fields must have no selections: cost/,
  ],
  ["no account", "{ viewer { accounts { __typename } } }", 400, /accountTag/],
])("%s is refused in GraphQL's own form", async (_, query, status, message) => {
  const answer = await asking(query.replace("$TIME", TIME), variables());

  expect(answer.body).toEqual({
    data: null,
    errors: [
      {
        message: expect.stringMatching(message),
        path: null,
        extensions: { timestamp: expect.stringMatching(/^20/) },
      },
    ],
  });
  expect(answer.status).toBe(status);
});

test("a body that is no query is refused in that form, too", async () => {
  const response = await fetch(`${account.apiUrl}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.key}` },
    body: "no JSON",
  });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    data: null,
    errors: [{ message: "the body has no query" }],
  });
});

test("analytics need Account Analytics Read for the account that the query names", async () => {
  const gateways = await makeToken(account, ["AI Gateway Read", "AI Gateway Write"]);
  const analytics = await makeToken(account, ["Account Analytics Read"]);
  const query = datasetQuery(`limit: 1, filter: {${TIME}}`, "count");

  const refused = await asking(query, variables(), gateways);
  const read = await asking(query, variables(), analytics);
  const other = await asking(query, { ...variables(), a: "0".repeat(32) }, analytics);
  const unknown = await asking(query, variables(), "x".repeat(40));

  expect(refused.status).toBe(403);
  expect(refused.body.errors).toEqual([
    {
      message: "not authorized for that account",
      path: ["viewer", "accounts", "0"],
      extensions: { code: "authz", timestamp: expect.any(String) },
    },
  ]);
  expect([read.status, other.status, unknown.status]).toEqual([200, 403, 401]);
});

const TIME = "datetime_geq: $start, datetime_lt: $end";

function asking(query: string, values: object, token = account.key) {
  return ask({ apiUrl: account.apiUrl, token }, query, values);
}

function variables() {
  const start = new Date(Date.now() - 3_600_000).toISOString();
  return { a: account.accountId, start, end: new Date().toISOString() };
}
