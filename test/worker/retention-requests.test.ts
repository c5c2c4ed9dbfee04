/** What the retention Worker sends, and what it makes of an answer, in plain functions. */
import { expect, test } from "vitest";

import { alertOf, sendAlert } from "../../worker/retention/alert.ts";
import { cleanUp } from "../../worker/retention/clean-up.ts";
import { send } from "../../worker/retention/request.ts";
import { ENV, NOW, logsAged, simulate } from "../support/logs-api.ts";

const CALL = { method: "GET", url: "https://api.test/logs", token: "secret" } as const;
const AT = { now: () => NOW, sleep: async () => {} };

/** What becomes of a call with such an answer. */
async function answerTo(status: number, headers: Record<string, string> = {}) {
  return send(CALL, { ...AT, fetch: async () => new Response("[1]", { status, headers }) });
}

test.each([
  [200, { kind: "answered", status: 200, body: [1], serverTime: Number.NaN }],
  [302, { kind: "refused", status: 302 }],
  [400, { kind: "refused", status: 400 }],
  [408, { kind: "busy", status: 408 }],
  [429, { kind: "busy", status: 429 }],
  [499, { kind: "refused", status: 499 }],
  [500, { kind: "busy", status: 500 }],
])("an answer with status %i is taken, refused or to be repeated", async (status, expected) => {
  expect(await answerTo(status)).toEqual(expected);
});

test.each([
  ["3", 3000],
  ["60", 60_000],
  // A second is waited at least.
  ["0", 1000],
  [new Date(NOW + 5000).toUTCString(), 5000],
  [new Date(NOW - 5000).toUTCString(), 1000],
  ["soon", undefined],
  ["3 s", undefined],
  ["2026-11-22 03:17:05 +0000", 5000],
])("retry-after %j is a wait of %s ms", async (header, waitMs) => {
  const expected = { kind: "busy", status: 503, ...(waitMs !== undefined && { waitMs }) };

  expect(await answerTo(503, { "retry-after": header })).toEqual(expected);
});

test("a request has the token in a header, follows no redirect, and ends in time", async () => {
  const sent: unknown[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push(url, init);
    throw new TypeError("network connection lost");
  };

  expect(await send({ ...CALL, method: "DELETE" }, { ...AT, fetch })).toEqual({ kind: "busy" });
  expect(sent).toEqual([
    "https://api.test/logs",
    {
      method: "DELETE",
      headers: { authorization: "Bearer secret" },
      redirect: "manual",
      signal: expect.any(AbortSignal),
    },
  ]);
});

test("a run that failed is alerted as JSON, with its status, and to no other address", async () => {
  const refused = { time: NOW, logs: logsAged(45), answer: () => new Response("", REFUSED) };
  const alert = alertOf(await cleanUp(ENV, simulate(refused).platform));
  const sent: unknown[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push(url, init);
    return new Response("ok");
  };

  expect(alert?.text).toBe(
    "logs of gateway app-test, stack test, should go after 30 days; this run ended: refused (status 403)",
  );
  if (alert !== undefined) await sendAlert("https://alerts.test/", alert, { ...AT, fetch });
  expect(sent).toEqual([
    "https://alerts.test/",
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alert),
      redirect: "manual",
      signal: expect.any(AbortSignal),
    },
  ]);
});

test.each([
  ["with status 410", async () => new Response("", { status: 410 }), "alert not taken: 410"],
  ["not at all", async () => Promise.reject(new Error("secret")), "alert not taken: no answer"],
])("an alert that is answered %s is an error without the address", async (_, fetch, message) => {
  const report = await cleanUp(ENV, simulate({ time: NOW, logs: [] }).platform);
  const sending = sendAlert("https://alerts.test/", { ...report, text: "" }, { ...AT, fetch });

  await expect(sending).rejects.toThrow(new Error(message));
});

const REFUSED = { status: 403 };
