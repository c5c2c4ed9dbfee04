/**
 * Deletes logs in steps so short that requests are served between them: SQLite works in the thread
 * that answers.
 */
import type { StatementSync } from "node:sqlite";

import { orderOf, whereOf, type LogQuery } from "./query.ts";

type Prepare = (sql: string) => StatementSync;

// The time for a log depends on its bodies and on the machine.
const STEP_MS = 5;
const MIN_STEP = 10;
const MAX_STEP = 1000;

// Each log is after the start, and none after the end.
const DIRECTIONS = {
  asc: { isAfter: ">", isUpTo: "<=", start: -Infinity, end: Infinity },
  desc: { isAfter: "<", isUpTo: ">=", start: Infinity, end: -Infinity },
} as const;

/**
 * Deletes the first `limit` of what the query chooses now, or all of it. Yields how many after each
 * step; the next begins when the caller continues.
 */
export function deleteInSteps(
  prepare: Prepare,
  query: LogQuery,
  limit: number | undefined,
): Generator<number> {
  if (limit === undefined) return deleteByTime(prepare, { ...query, direction: "asc" }, Infinity);
  const isByTime = (query.orderBy ?? "created_at") === "created_at";
  return isByTime ? deleteByTime(prepare, query, limit) : deleteChosen(prepare, query, limit);
}

/** Deletes from log to log along the index by time, whether a step finds something or not. */
function* deleteByTime(prepare: Prepare, query: LogQuery, limit: number): Generator<number> {
  const { start, end } = DIRECTIONS[query.direction ?? "desc"];
  const { values } = whereOf(query);
  const { findPlace, deleteUpTo } = prepareSteps(prepare, query);
  const newest = prepare("SELECT max(seq) AS seq FROM logs").get()?.["seq"] ?? 0;
  let from = [start, start];
  let left = limit;
  for (let size = MIN_STEP; left > 0;) {
    const startedAt = performance.now();
    const place = findPlace.get(query.gateway, ...from, size - 1);
    const to =
      place === undefined ? [end, end] : [Number(place["created_at"]), Number(place["seq"])];
    const most = Math.min(left, size);
    const changes = Number(deleteUpTo.run(...values, newest, ...from, ...to, most).changes);
    yield changes;
    if (place === undefined) return;
    left -= changes;
    from = to;
    size = resize(size, performance.now() - startedAt);
  }
}

function prepareSteps(prepare: Prepare, query: LogQuery) {
  const { isAfter, isUpTo } = DIRECTIONS[query.direction ?? "desc"];
  const { sql } = whereOf(query);
  const order = orderOf({ ...query, orderBy: "created_at" });
  return {
    findPlace: prepare(
      `SELECT created_at, seq FROM logs WHERE gateway = ? AND (created_at, seq) ${isAfter} (?, ?)
      ORDER BY ${order} LIMIT 1 OFFSET ?`,
    ),
    deleteUpTo: prepare(
      `DELETE FROM logs WHERE seq IN (
        SELECT seq FROM logs WHERE ${sql} AND seq <= ?
          AND (created_at, seq) ${isAfter} (?, ?) AND (created_at, seq) ${isUpTo} (?, ?)
        ORDER BY ${order} LIMIT ?)`,
    ),
  };
}

function resize(size: number, tookMs: number): number {
  if (tookMs > STEP_MS) return Math.max(MIN_STEP, Math.floor(size / 2));
  return Math.min(MAX_STEP, Math.ceil(size * 1.5));
}

/** Deletes in another order, whose first are known once all have been read, in one go. */
function* deleteChosen(prepare: Prepare, query: LogQuery, limit: number): Generator<number> {
  const { sql, values } = whereOf(query);
  const chosen = prepare(`SELECT seq FROM logs WHERE ${sql} ORDER BY ${orderOf(query)} LIMIT ?`)
    .all(...values, limit)
    .map(({ seq }) => Number(seq));
  const deleteThese = prepare(
    `DELETE FROM logs NOT INDEXED WHERE ${sql} AND seq IN (SELECT value FROM json_each(?))`,
  );
  let size = MIN_STEP;
  for (let at = 0; at < chosen.length;) {
    const startedAt = performance.now();
    const step = chosen.slice(at, at + size);
    yield Number(deleteThese.run(...values, JSON.stringify(step)).changes);
    at += step.length;
    size = resize(size, performance.now() - startedAt);
  }
}
