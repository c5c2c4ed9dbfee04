import { expect, test } from "vitest";

import type { Flight } from "../../ops/verify/canaries.ts";
import { answersOf } from "../../ops/verify/evidence.ts";

const NOW = new Date("2026-11-23T12:00:00Z");

/** A canary with as many logs as there are lists, each with these parts of bodies. */
function flight(status: number, ...logs: readonly (readonly string[])[]): Flight {
  return {
    canary: {
      kind: "normal",
      mark: "m",

      status,
      eventId: "e",
      logId: undefined,
      reason: undefined,
    },
    logs: logs.map((bodies) => ({ fields: { id: "log" }, bodies })),
  };
}

test.each<[string, readonly Flight[], string[]]>([
  [
    "every call left a log without a body",
    [flight(200, []), flight(200, [], [])],
    ["kept", "kept"],
  ],
  ["one left none, which may be late", [flight(200, []), flight(200)], ["unknown", "kept"]],
  ["none left one", [flight(200), flight(200)], ["unknown", "unknown"]],
  [
    "one of its logs has a body",
    [flight(200, []), flight(200, [], ["request_head"])],
    ["kept", "broken"],
  ],
  [
    "calls that failed count for nothing",
    [flight(400, ["request"]), flight(200, [])],
    ["kept", "kept"],
  ],
  ["no canary flew", [], ["unknown", "unknown"]],
])("%s", (_, flights, verdicts) => {
  expect(answersOf(flights, NOW).map(({ verdict }) => verdict)).toEqual(verdicts);
});
