/** What a canary must leave in the log, and must not. */
import { expect, test } from "vitest";

import { judgeAnswer, judgeLogs } from "../../ops/verify/canary-judge.ts";
import type { LogParts } from "../../ops/look/log-parts.ts";
import type { Canary } from "../../ops/verify/canary.ts";
import { stackWith } from "../support/settings.ts";
import { stack } from "../support/verify.ts";

const CANARY: Canary = {
  kind: "normal",
  mark: "canary-1",
  status: 200,
  eventId: "e1",
  logId: "l1",
};
const LOG: LogParts = {
  fields: {
    id: "l1",
    metadata: '{"stack":"prod","caller":"web","release":"abc","route":"chat"}',
  },
  bodies: [],
};
const WITH_BODIES = { ...LOG, bodies: ["request_head", "request"] };

test.each([
  ["metadata", LOG, "kept", "left a log without bodies, with stack, caller, release and route"],
  [
    "metadata",
    WITH_BODIES,
    "broken",
    "its log l1 has a body (request_head, request), and the stack promises none; set collect to none, and delete it",
  ],
  ["full", WITH_BODIES, "kept", "left a log with bodies, with stack, caller, release and route"],
  ["full", LOG, "broken", "its log has no request body, and the stack declares collect full"],
  ["none", LOG, "broken", "left 1 log (event e1); the stack promises none"],
  ["none", undefined, "kept", "left no log, as promised"],
  ["metadata", undefined, "broken", "left no log that can be found (event e1)"],
  [
    "metadata",
    { ...LOG, fields: { id: "l1", metadata: { stack: "dev", caller: "web" } } },
    "broken",
    "its log lacks metadata: stack, release, route",
  ],
] as const)("under %s a canary's log is judged (%#)", (collect, log, kind, message) => {
  const logs = { collect, maxEntries: 90_000, whenFull: "deleteOldest" };
  const collecting = stackWith("prod", { logs });

  expect(judgeLogs(collecting, CANARY, log === undefined ? [] : [log])).toEqual([
    { kind, about: "canary: normal", message },
  ]);
});

test("a request that the Worker refused leaves no log", () => {
  expect(judgeLogs(stack, { ...CANARY, kind: "refused" }, [LOG])).toMatchObject([
    { kind: "broken" },
  ]);
});

test.each([
  [{ status: 200 }, undefined],
  [{ kind: "streamed", status: 500, reason: "gateway_misconfigured" }, "broken"],
  [{ status: 401, reason: "invalid_api_key" }, "broken"],
  [{ status: 429, reason: "rate_limit_exceeded" }, "unknown"],
  [{ status: undefined, reason: "ECONNREFUSED" }, "broken"],
  [{ kind: "refused", status: 404 }, undefined],
  [{ kind: "refused", status: 200 }, "broken"],
  [{ kind: "failing", status: 400 }, undefined],
  [{ kind: "failing", status: 401 }, "broken"],
  [{ kind: "failing", status: 200 }, "unknown"],
] as const)("an answer %o is %s", (answer, kind) => {
  expect(judgeAnswer({ ...CANARY, ...answer })?.kind).toBe(kind);
});
