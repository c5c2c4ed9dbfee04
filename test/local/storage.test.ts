import { expect, test } from "vitest";

import { DAY_MS, fateOfOldest } from "../../local/logs/storage.ts";

const NOW = Date.UTC(2026, 10, 22);
const OLDEST = NOW - 5 * DAY_MS;
const ROLLING = { maxEntries: 10_000, whenFull: "DELETE_OLDEST" } as const;
const STOPPING = { maxEntries: 10_000, whenFull: "STOP_INSERTING" } as const;

test.each([
  ["by its age", { cap: ROLLING, keepDays: 30 }, 100, { kind: "age", at: OLDEST + 30 * DAY_MS }],
  ["by the cap, if that comes first", { cap: ROLLING, keepDays: 30 }, 1000, in9Days("cap")],
  ["by the cap alone", { cap: ROLLING, keepDays: undefined }, 1000, in9Days("cap")],
  ["never, where logging stops", { cap: STOPPING, keepDays: undefined }, 1000, in9Days("stops")],
  [
    "by its age, also where logging stops",
    { cap: STOPPING, keepDays: 30 },
    1000,
    { kind: "age", at: OLDEST + 30 * DAY_MS },
  ],
  [
    "on no day, while nothing is added",
    { cap: ROLLING, keepDays: undefined },
    0,
    { kind: "never" },
  ],
  [
    "on no day, without cap and age",
    { cap: undefined, keepDays: undefined },
    1000,
    { kind: "never" },
  ],
])("the oldest log goes %s", (_, retention, lastDay, fate) => {
  expect(fateOfOldest({ count: 1000, oldest: OLDEST, lastDay }, retention, NOW)).toEqual(fate);
});

test.each([
  [ROLLING, "cap"],
  [STOPPING, "stops"],
] as const)("a full storage has its cap reached now, also when nothing was added", (cap, kind) => {
  const full = { count: 10_000, oldest: OLDEST, lastDay: 0 };

  expect(fateOfOldest(full, { cap, keepDays: undefined }, NOW)).toEqual({ kind, at: NOW });
});

/** 9,000 more at 1,000 a day. */
function in9Days(kind: "cap" | "stops") {
  return { kind, at: NOW + 9 * DAY_MS } as const;
}
