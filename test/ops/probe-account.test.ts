/**
 * What the probe makes of an account that drops fields, counts money otherwise, lacks fields of
 * Logpush or does not count a call: the embedded one does as documented.
 */
import { expect, test } from "vitest";

import { probeAnalytics } from "../../ops/probe/analytics.ts";
import { probeCreate } from "../../ops/probe/create.ts";
import { probeLogpushFields, probeLogpushFilter } from "../../ops/probe/logpush.ts";
import type { Scratch } from "../../ops/probe/scratch.ts";
import { probeSpend } from "../../ops/probe/spend.ts";
import { logpushFields } from "../../policy/gateway/logpush-job.ts";
import { listen } from "../support/listen.ts";
import { ACCOUNT_ID, scriptedApi, type Answer, type ApiCall } from "../support/scripted-account.ts";

/** An API that keeps what a gateway is sent, with changes of a test. */
function keeping(change: (sent: object) => object) {
  let gateway = {};
  return ({ method, body }: ApiCall): Answer => {
    if (method === "POST" || method === "PUT") gateway = change({ ...gateway, ...Object(body) });
    return { result: gateway };
  };
}

test.each([
  ["a field that no update repairs", { zdr: false }, "broken", "keeps 20, drops or changes zdr"],
  ["a field that a deploy repairs", { otel: null }, "kept", "keeps 20, drops or changes otel"],
  ["nothing, and adds fields", { internal_id: "x" }, "kept", "keeps 21"],
])("a create that changes %s is judged", async (_, changes, verdict, seen) => {
  const scratch = scratchOf(keeping((sent) => ({ ...sent, ...changes })));

  expect(await probeCreate(scratch)).toMatchObject({
    verdict,
    seen: `of 21 documented fields a create ${seen}`,
  });
});

test("a create that refuses a field by name is asked again without it", async () => {
  const keep = keeping((sent) => sent);
  const scratch = scratchOf((call) =>
    call.method === "POST" && "zdr" in Object(call.body)
      ? { status: 400, errors: [{ code: 7001, message: "no credits", path: ["zdr"] }] }
      : keep(call),
  );

  expect(await probeCreate(scratch)).toMatchObject({
    verdict: "unknown",
    seen: "not answered: of 21 documented fields a create keeps 20, refuses zdr",
  });
});

test("a create that refuses everything, and says not why, ends the question", async () => {
  const scratch = scratchOf(() => ({ status: 400 }));

  expect(await probeCreate(scratch)).toMatchObject({
    verdict: "unknown",
    seen: "not answered: a create is refused with 400, and names no field",
  });
});

const SENT = "of a limit of 0.5 in a window of 1, read back as sent";
const DOLLARS = `${SENT}, a call worth cents is not enough, one worth dollars is: the next gets`;

test.each<[string, (spent: number, seconds: number) => boolean, string, string]>([
  [
    "of dollars a second",
    (spent, seconds) => spent > 0.05 && seconds < 0.9,
    "kept",
    `${DOLLARS} 429 with code 2003, and 1 s after the cost calls are served again`,
  ],
  [
    "of cents",
    (spent) => spent > 0.0005,
    "broken",
    `${SENT}, one call worth cents is enough: the next gets 429 with code 2003`,
  ],
  [
    "of dollars a minute",
    (spent) => spent > 0.05,
    "broken",
    expect.stringMatching(/with code 2003, still after \d+ s$/),
  ],
  [
    "that never ends",
    () => false,
    "unknown",
    `not answered: ${SENT}, no call is refused within 0 s of one worth dollars`,
  ],
])("a spend limit %s is found as such", async (_, isOver, verdict, seen) => {
  const scratch = scratchOf(keeping((sent) => sent));

  const answer = await probeSpend(scratch, await planeWith(isOver));

  expect(answer.verdict).toBe(verdict);
  // How soon it is noticed depends on the machine.
  expect(answer.seen.replace(/\d+ s after the/, "1 s after the")).toEqual(seen);
});

test("a spend limit that is read back otherwise breaks a promise", async () => {
  const changed = { spend_limits: { rules: [{ limit: 50, window: 1 }] } };
  const scratch = scratchOf(keeping((sent) => ({ ...sent, ...changed })));
  const plane = await planeWith((spent, seconds) => spent > 0.05 && seconds < 0.9);

  expect(await probeSpend(scratch, plane)).toMatchObject({
    verdict: "broken",
    seen: expect.stringContaining("read back as 50 and 1, "),
  });
});

test("fields of Logpush that are not offered are named, and so are new ones", async () => {
  const wanted = logpushFields({ bodies: true });
  const [first, ...rest] = wanted;
  const names = [...rest, "Country"].map((name) => [name, "text"]);
  const scratch = scratchOf(() => ({ result: Object.fromEntries(names) }));

  expect(await probeLogpushFields(scratch)).toMatchObject({
    verdict: "broken",
    seen: `of ${wanted.length} fields these are not offered: ${first}; offered too: Country`,
  });
});

test("a token without Logs Edit leaves the questions about Logpush unanswered", async () => {
  const scratch = scratchOf(() => ({ status: 403 }));

  expect(await probeLogpushFields(scratch)).toMatchObject({
    verdict: "unknown",
    seen: expect.stringContaining("CLOUDFLARE_API_TOKEN lacks Logs Edit"),
  });
  expect(await probeLogpushFilter(scratch)).toMatchObject({
    verdict: "unknown",
    seen: "not answered: status 403, code 10000",
  });
});

const DESTINATION = "error validating destination";
test.each<[string, readonly string[], string]>([
  ["by an unknown field alone", [DESTINATION, "bad predicate: unknown field"], "kept"],
  ["by gateway", ["bad predicate: Gateway cannot be filtered"], "broken"],
  ["by whatever field, for the destination", [DESTINATION, DESTINATION], "unknown"],
])("a filter of Logpush that is refused %s is judged", async (_, messages, verdict) => {
  let asked = 0;
  const scratch = scratchOf(() => {
    const message = messages[asked];
    asked += 1;
    return { status: 400, errors: [{ code: 1002, message }] };
  });

  expect(await probeLogpushFilter(scratch)).toMatchObject({ verdict });
  expect(asked).toBe(messages.length);
});

test("a job of Logpush that is made all the same is switched off, and removed at once", async () => {
  const calls: ApiCall[] = [];
  const scratch = scratchOf((call) => {
    calls.push(call);
    return { result: { id: 7 } };
  });

  expect(await probeLogpushFilter(scratch)).toMatchObject({ verdict: "kept" });
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /logpush/jobs",
    "DELETE /logpush/jobs/7",
  ]);
  expect(calls[0]?.body).toMatchObject({ enabled: false });
});

const UNLOGGED = { count: 1, dimensions: { metadataRaw: '{"probe":"without-a-log"}' } };
const OTHERS = { count: 4, dimensions: { metadataRaw: null } };

test.each([
  ["with the call", [UNLOGGED, OTHERS], "kept", "5 calls of the gateway are counted, 1 of them"],
  ["without the call", [OTHERS], "broken", "4 calls of the gateway are counted, 0 of them"],
  ["of no call", [], "unknown", "not answered: no call of the gateway is counted yet"],
])("analytics %s are judged", async (_, rows, verdict, seen) => {
  const accounts = [{ calls: rows }];
  const queries: unknown[] = [];
  const scratch = scratchOf(({ path, body }) => {
    queries.push([path, body]);
    return { result: null, data: { viewer: { accounts } }, errors: null };
  });

  expect(await probeAnalytics(scratch, { waitSeconds: 0 })).toMatchObject({
    verdict,
    seen: expect.stringContaining(seen),
  });
  const variables = expect.objectContaining({ gateway: "probe-1" });
  expect(queries).toEqual([["/client/v4/graphql", { query: expect.any(String), variables }]]);
});

test.each([404, 501, 403])("analytics that answer %s are not asked", async (status) => {
  const scratch = scratchOf(() => ({ status }));

  expect(await probeAnalytics(scratch, { waitSeconds: 0 })).toMatchObject({ verdict: "unknown" });
});

test("an id that a message of the API repeats is in no answer, which is committed", async () => {
  const errors = [{ code: 7003, message: `no route for ${ACCOUNT_ID}\nhere` }];
  const scratch = scratchOf(() => ({ status: 400, errors }));

  expect(await probeLogpushFields(scratch)).toMatchObject({
    seen: "not answered: 7003 no route for … here",
  });
});

function scratchOf(answer: (call: ApiCall) => Answer): Scratch {
  const { signal } = new AbortController();
  return { accountId: ACCOUNT_ID, cloudflare: scriptedApi(answer), gatewayId: "probe-1", signal };
}

/** Serves calls until what they cost a token, in dollars, and the seconds since are over a limit. */
async function planeWith(isOver: (spent: number, seconds: number) => boolean) {
  let spent = 0;
  let spentAt = 0;
  const url = await listen((request) => {
    const refused = { error: [{ code: 2003, message: `over the limit of ${ACCOUNT_ID}` }] };
    if (isOver(spent, (Date.now() - spentAt) / 1000))
      return Response.json(refused, { status: 429 });
    const { per_token_in } = JSON.parse(request.headers.get("cf-aig-custom-cost") ?? "{}");
    if (per_token_in > 0) [spent, spentAt] = [spent + per_token_in, Date.now()];
    return Response.json({});
  });
  return { url: new URL(url), token: "t", model: "@cf/a/b", waitSeconds: 0 };
}
