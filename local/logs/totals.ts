/** Sums of a selection, and the same for stretches of its time. */
import { setImmediate } from "node:timers/promises";

import { z } from "zod";

import { clauseOf, type Selection } from "./selection.ts";
import type { LogStore } from "./store.ts";

/**
 * One bucket as SQLite reads it in a single pass. Grouped by duration it would sort, and take half
 * as long again.
 */
const row = z.object({
  requests: z.number(),
  errors: z.number(),
  cached: z.number(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  /** The cost in US dollars. */
  cost: z.number(),
  durations: z.string().transform((list) => new Float64Array(JSON.parse(list))),
});

type Row = Readonly<z.output<typeof row>>;

export interface Sums extends Omit<Row, "durations"> {
  /** The milliseconds that 50 and 95 of 100 requests took at most; undefined without any. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export interface Bucket extends Sums {
  /** The time at which the bucket begins, a multiple of the width, in milliseconds since 1970. */
  readonly start: number;
}

export interface Totals {
  readonly sums: Sums;
  readonly widthMs: number;
  readonly buckets: readonly Bucket[];
}

const SELECT = `
  SELECT count(*) AS requests, total(status >= 400) AS errors, total(cached) AS cached, total(tokens_in) AS tokensIn,
    total(tokens_out) AS tokensOut, total(cost) AS cost, json_group_array(duration_ms) AS durations
  FROM logs WHERE`;

/** Sums a selection until now. Requests are served between the buckets: SQLite works in this thread. */
export async function readTotals(
  store: LogStore,
  selection: Selection,
  now: number,
): Promise<Totals> {
  const { sql, values } = clauseOf(selection);
  const from = firstOf(store, selection) ?? now;
  const widthMs = bucketWidth(now - from);
  const rows: Row[] = [];
  // The oldest log stands at the left: a first try is not one bar at the end of a day.
  const first = Math.floor(Math.min(from, now - MIN_SPAN) / widthMs) * widthMs;
  for (let start = first; start <= now; start += widthMs) {
    const within = [...values, start, start + widthMs];
    const [sums] = store.rows(`${SELECT} ${sql} AND created_at >= ? AND created_at < ?`, within);
    rows.push(row.parse(sums));
    await setImmediate();
  }
  return {
    sums: sum(rows),
    widthMs,
    buckets: rows.map((each, index) => ({ start: first + index * widthMs, ...sum([each]) })),
  };
}

function firstOf(store: LogStore, selection: Selection): number | undefined {
  const { sql, values } = clauseOf(selection);
  const [oldest] = store.rows(
    `SELECT created_at AS at FROM logs WHERE ${sql} ORDER BY created_at LIMIT 1`,
    values,
  );
  return oldest && Number(oldest["at"]);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WIDTHS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];
const MAX_BUCKETS = 31;
const MIN_SPAN = 15 * MINUTE;

/** Returns the narrowest width that makes no more buckets than a chart can show. */
export function bucketWidth(spanMs: number): number {
  const width = WIDTHS.find((one) => spanMs / one < MAX_BUCKETS);
  return width ?? Math.ceil(spanMs / MAX_BUCKETS / DAY) * DAY;
}

function sum(rows: readonly Row[]): Sums {
  const add = (column: Exclude<keyof Row, "durations">) =>
    rows.reduce((total, each) => total + each[column], 0);
  const sorted = join(rows).toSorted();
  return {
    requests: add("requests"),
    errors: add("errors"),
    cached: add("cached"),
    tokensIn: add("tokensIn"),
    tokensOut: add("tokensOut"),
    cost: add("cost"),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
  };
}

function join(rows: readonly Row[]): Float64Array {
  const all = new Float64Array(rows.reduce((total, { durations }) => total + durations.length, 0));
  let at = 0;
  for (const { durations } of rows) {
    all.set(durations, at);
    at += durations.length;
  }
  return all;
}

/** Returns a percentile by nearest rank; undefined without values. */
function percentile(sorted: Float64Array, share: number): number | undefined {
  return sorted[Math.ceil(share * sorted.length) - 1];
}
