import { expect, test } from "vitest";

import type { Log } from "../../local/logs/log.ts";
import type { Selection } from "../../local/logs/selection.ts";
import { LogStore } from "../../local/logs/store.ts";
import { bucketWidth, readTotals } from "../../local/logs/totals.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 22, 12);
const AGO = 20 * MINUTE;
const SELECTION: Selection = {
  query: { gateway: "app", filters: [] },
  from: NOON - AGO,
};

test("each log is in the bucket of its time, and what lies outside is in none", async () => {
  const store = open([
    { createdAt: NOON - AGO - 1 },
    { createdAt: NOON - AGO },
    { createdAt: NOON - 1 },
    { createdAt: NOON },
    { createdAt: NOON, gateway: "other" },
  ]);

  const { sums, widthMs, buckets } = await readTotals(store, SELECTION, NOON);

  expect([sums.requests, widthMs, buckets.length]).toEqual([3, MINUTE, 21]);
  const filled = buckets.filter(({ requests }) => requests > 0);
  expect(filled.map(({ start, requests }) => [start - NOON, requests])).toEqual([
    [-AGO, 1],
    [-MINUTE, 1],
    [0, 1],
  ]);
});

test("the buckets begin with the first log that is chosen, and span 15 minutes at least", async () => {
  const store = open([{ createdAt: NOON - 60 * DAY, model: "other" }, { createdAt: NOON - DAY }]);
  const bounds = async (filters: Selection["query"]["filters"]) => {
    const selection = { query: { gateway: "app", filters }, from: 0 };
    const { widthMs, buckets } = await readTotals(store, selection, NOON);
    return [widthMs / MINUTE, (NOON - (buckets[0]?.start ?? 0)) / MINUTE];
  };
  const of = (model: string) => bounds([{ key: "model", operator: "eq", values: [model] }]);

  expect(await of("@cf/a/b")).toEqual([60, 24 * 60]);
  expect(await of("none")).toEqual([1, 15]);
  expect((await bounds([]))[0]).toBe(7 * 24 * 60);
});

test("sums leave out what a log does not say", async () => {
  const store = open([
    { status: 399, tokensIn: 3, tokensOut: 4, cost: 0.5 },
    { status: 400, tokensIn: undefined, tokensOut: undefined, cost: undefined },
    { cached: true, tokensIn: 10, tokensOut: 20, cost: 0 },
  ]);

  const { sums } = await readTotals(store, SELECTION, NOON);

  expect(sums).toEqual({
    requests: 3,
    errors: 1,
    cached: 1,
    tokensIn: 13,
    tokensOut: 24,
    cost: 0.5,
    p50: 7,
    p95: 7,
  });
});

test("percentiles are durations that occurred, counted as often as they did", async () => {
  // Half of 20 take 1 ms, 95 of 100 take at most 2.
  const durations = [
    ...Array.from({ length: 10 }, () => 1),
    ...Array.from({ length: 9 }, () => 2),
    900,
  ];
  const store = open(
    durations.map((durationMs, index) => ({ durationMs, createdAt: NOON - index * 1000 })),
  );

  const { sums } = await readTotals(store, SELECTION, NOON);

  expect([sums.p50, sums.p95]).toEqual([1, 2]);
});

test("without a log there is no duration to tell", async () => {
  const { sums } = await readTotals(open([]), SELECTION, NOON);

  expect([sums.requests, sums.p50, sums.p95]).toEqual([0, undefined, undefined]);
});

test.each([
  [0, MINUTE],
  [60 * MINUTE, 5 * MINUTE],
  [DAY, 60 * MINUTE],
  [7 * DAY, 6 * 60 * MINUTE],
  [30 * DAY, DAY],
  [10 * 365 * DAY, 118 * DAY],
])("a span of %d ms is drawn in stretches of %d ms", (span, width) => {
  expect(bucketWidth(span)).toBe(width);
});

function open(logs: readonly Partial<Log>[]): LogStore {
  const store = new LogStore(":memory:");
  for (const [index, log] of logs.entries()) {
    const ordinary: Log = {
      id: `log-${index}`,
      createdAt: NOON - MINUTE,
      gateway: "app",
      provider: "workers-ai",
      model: "@cf/a/b",
      status: 200,
      durationMs: 7,
      tokensIn: 1,
      tokensOut: 1,
      cost: 0.001,
      cached: false,
      eventId: "e",
      traceId: undefined,
      metadata: {},
    };
    store.insert({ ...ordinary, ...log }, undefined, {
      maxEntries: 10_000,
      whenFull: "DELETE_OLDEST",
    });
  }
  return store;
}
