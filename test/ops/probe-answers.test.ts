/** What the probe makes of a Cloudflare that does not do as the documentation says; the embedded one always does. */
import { expect, test } from "vitest";

import { probeSwitchedOff } from "../../ops/probe/control-plane.ts";
import { probeDeletion, probeDeletedGateway } from "../../ops/probe/deletions.ts";
import { probeHeaders } from "../../ops/probe/headers.ts";
import type { Scratch } from "../../ops/probe/scratch.ts";
import { listen } from "../support/listen.ts";
import { ACCOUNT_ID, scriptedApi, type Answer, type ApiCall } from "../support/scripted-account.ts";

const ALL_ON = {
  guardrails: { prompt: { S1: "FLAG" } },
  spend_limits: { enabled: true, rules: [{ id: "probe" }] },
  otel: [{ url: "https://traces.invalid/v1" }],
};

test("an update that leaves on what it switches off breaks a promise", async () => {
  const scratch = scratchOf(() => ({ result: ALL_ON }));

  expect(await probeSwitchedOff(scratch)).toMatchObject({
    verdict: "broken",
    seen: expect.stringContaining("an update that switches them off leaves all"),
  });
});

test.each([
  ["found by its id", ["a"], []],
  ["listed", [], ["a"]],
])("a log that is %s after its gateway was deleted breaks a promise", async (_, found, listed) => {
  const scratch = scratchOf(logsApi([["a"], listed], found));

  expect(await probeDeletedGateway(scratch)).toMatchObject({ verdict: "broken" });
});

test.each([
  ["is found by its id", [["a", "b"], ["a", "b"], ["b"]], ["a"]],
  ["is one of two", [["a", "b"], ["a", "b"], []], []],
  ["went for a filter that chose none", [["a", "b"], ["b"]], []],
])("a deleted log that %s breaks a promise", async (_, lists, found) => {
  const scratch = scratchOf(logsApi(lists, found));

  expect(await probeDeletion(scratch, await startPlane())).toMatchObject({ verdict: "broken" });
});

test.each([
  ["none, and all later ones", [[], [], ["b", "c", "d"]], "broken", "unknown"],
  ["none, and late ones", [[], [], ["b"]], "unknown", "unknown"],
  [
    "two for one that was asked for",
    [
      ["a", "b"],
      ["a", "b"],
      ["a", "b", "c"],
    ],
    "broken",
    "unknown",
  ],
])("logs of calls that leave %s are judged", async (_, lists, log, payload) => {
  const scratch = scratchOf(logsApi(lists, lists.flat()));

  const answers = await probeHeaders(scratch, await startPlane());

  expect(answers.map(({ verdict }) => verdict)).toEqual([log, payload]);
});

/** Each list is the answer to the next question for one; the last stays. */
function logsApi(lists: readonly (readonly string[])[], found: readonly string[]) {
  let asked = 0;
  return ({ method, path }: ApiCall): Answer => {
    const [, id, side] = /\/logs\/(\w+)(\/\w+)?$/.exec(path) ?? [];
    if (id !== undefined) {
      return found.includes(id) && side === undefined
        ? { result: { id, request_head: "Hello" } }
        : { status: 404 };
    }
    if (method !== "GET" || !path.endsWith("/logs")) return { result: {} };
    const list = lists[asked] ?? lists.at(-1) ?? [];
    asked += 1;
    return { result: list.map((each) => ({ id: each })) };
  };
}

function scratchOf(answer: (call: ApiCall) => Answer): Scratch {
  const { signal } = new AbortController();
  return { accountId: ACCOUNT_ID, cloudflare: scriptedApi(answer), gatewayId: "probe-1", signal };
}

/** Where calls succeed, and nobody waits for a log. */
async function startPlane() {
  const url = new URL(await listen(() => new Response("{}")));
  return { url, token: "t", model: "@cf/a/b", waitSeconds: 0 };
}
