import fc from "fast-check";
import { expect, test } from "vitest";

import { count, formatNumber } from "../../policy/words.ts";
import { runs } from "../support/runs.ts";

test("a number is written as English writes it", () => {
  const numbers = fc
    .oneof(fc.maxSafeInteger(), fc.integer(), fc.double({ noNaN: true }))
    // No zero below zero: nothing here counts to it.
    .map((value) => value + 0);

  fc.assert(
    fc.property(numbers, (value) => {
      expect(formatNumber(value)).toBe(value.toLocaleString("en"));
    }),
    runs(200, 10_000),
  );
});

test("one is one unit, and a thousand has its comma", () => {
  expect([count(1, "day"), count(999, "day"), count(1000, "day"), count(1_234_567, "log")]).toEqual(
    ["1 day", "999 days", "1,000 days", "1,234,567 logs"],
  );
});
