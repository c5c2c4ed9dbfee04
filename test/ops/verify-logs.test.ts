/** The promises about stored logs: their age, their number and their system. */
import { expect, test } from "vitest";

import { judgeAge, judgeCap, judgeSystem } from "../../ops/verify/logs.ts";
import { stackWith } from "../support/settings.ts";
import { stack } from "../support/verify.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["2026-10-23T13:00:00Z", "kept", "the oldest log is 29 days old, promised are 30"],
  ["2026-10-22T13:00:00Z", "kept", "the oldest log is 30 days old, promised are 30"],
  [
    "2026-10-22T11:00:00Z",
    "broken",
    "the oldest log is 31 days old, promised are 30; look why nothing deleted it (docs/operate.md)",
  ],
  [undefined, "kept", "no log is older than 30 days"],
])("an oldest log of %s has keepDays %s", (oldest, kind, message) => {
  const logs = { ...stack.settings.logs, keepDays: 30 };

  expect(judgeAge(logs, { count: 1, oldest }, NOW)).toEqual([
    { kind, about: "logs.keepDays", message },
  ]);
});

test("one day and one log are told as one", () => {
  const logs = { ...stack.settings.logs, keepDays: 1 };
  const message = (oldest: string | undefined) =>
    judgeAge(logs, { count: 1, oldest }, NOW).map((found) => found.message);

  expect(message(undefined)).toEqual(["no log is older than 1 day"]);
  expect(message("2026-11-21T11:00:00Z")).toEqual(["the oldest log is 1 day old, promised are 1"]);
  expect(judgeSystem(logs, 1).message).toContain("the Logs API has 1 log, as legacy has");
});

test("without keepDays no age is a promise", () => {
  expect(judgeAge(stackWith("dev").settings.logs, { count: 1, oldest: "2020-01-01" }, NOW)).toEqual(
    [],
  );
});

test.each([
  ["deleteOldest", 8999, "kept", "8999 of 10000 logs are stored"],
  [
    "deleteOldest",
    9000,
    "warning",
    "9000 of 10000 logs are stored; beyond the cap the oldest go, whatever keepDays is",
  ],
  [
    "stop",
    9999,
    "warning",
    "9999 of 10000 logs are stored; at the cap logging stops: raise it, or delete old logs",
  ],
  [
    "stop",
    10_000,
    "broken",
    "10000 of 10000 logs are stored, and nothing new is; raise it, or delete old logs",
  ],
] as const)("with %s a store of %i is %s", (whenFull, count, kind, message) => {
  const logs = {
    ...({ system: "legacy", collect: "full", classification: false } as const),
    maxEntries: 10_000,
    whenFull,
  };

  expect(judgeCap(logs, count)).toEqual([{ kind, about: "logs.maxEntries", message }]);
});

test("which log system it is stays evidence", () => {
  expect(judgeSystem(stack.settings.logs, 3)).toEqual({
    kind: "unknown",
    about: "logSystem",
    message: "no API reports it; the Logs API has 3 logs, as legacy has (declared is legacy)",
  });
});
