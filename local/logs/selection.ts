/** The logs that a page shows: some of one gateway, since a moment. */
import type { StoredLog } from "./log.ts";
import { FAILED, whereOf, type Clause, type LogQuery } from "./query.ts";
import type { LogStore } from "./store.ts";
import { LOG_COLUMNS, LOGS_WITH_BODIES, toLog } from "./tables.ts";

export interface Selection {
  readonly query: LogQuery;
  /** The first and the last status that match; every one does if absent. */
  readonly statuses?: readonly [number, number] | undefined;
  /** The first moment, in milliseconds since 1970. */
  readonly from: number;
}

/** A place in the order of logs: of two in one millisecond, the later inserted is the newer. */
export interface Place {
  readonly createdAt: number;
  readonly seq: number;
}

export interface LogList {
  readonly logs: readonly StoredLog[];
  /** The place where an older list continues; undefined at the end. */
  readonly next: Place | undefined;
}

export function clauseOf({ query, statuses, from }: Selection): Clause {
  const { sql, values } = whereOf(query);
  const failed = (statuses?.[0] ?? 0) < 400 ? "" : ` AND ${FAILED}`;
  const ofStatus = statuses === undefined ? "" : ` AND status BETWEEN ? AND ?${failed}`;
  return {
    sql: `${sql}${ofStatus} AND created_at >= ?`,
    values: [...values, ...(statuses ?? []), from],
  };
}

/** Lists logs from a place on, as fast at the end of the logs as at their beginning. */
export function listLogs(
  store: LogStore,
  selection: Selection,
  { after, limit }: { readonly after: Place | undefined; readonly limit: number },
): LogList {
  const { sql, values } = clauseOf(selection);
  const older = after === undefined ? "" : " AND (created_at, seq) < (?, ?)";
  const rows = store.rows(
    `SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} WHERE ${sql}${older}
    ORDER BY created_at DESC, seq DESC LIMIT ?`,
    // One log more than the page has shows whether there is an older one.
    [...values, ...(after === undefined ? [] : [after.createdAt, after.seq]), limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    logs: rows.slice(0, limit).map(toLog),
    next: last && { createdAt: Number(last["created_at"]), seq: Number(last["seq"]) },
  };
}

/** Lists the models of a gateway's logs, by name, the first `limit`. */
export function listModels(store: LogStore, gateway: string, limit: number): string[] {
  return stepThrough(store, { column: "model", where: "gateway = ?1" }, [gateway, limit]);
}

export function listGateways(store: LogStore): string[] {
  return stepThrough(store, { column: "gateway", where: "?1" }, [1, 1000]);
}

/** Steps from value to value along an index. DISTINCT would read every log. */
function stepThrough(
  store: LogStore,
  { column, where }: { readonly column: string; readonly where: string },
  values: readonly [string | number, number],
): string[] {
  const sql = `
    WITH RECURSIVE known (value) AS (
      SELECT min(${column}) FROM logs WHERE ${where}
      UNION ALL
      SELECT (SELECT min(${column}) FROM logs WHERE ${where} AND ${column} > known.value)
      FROM known WHERE known.value IS NOT NULL
    )
    SELECT value FROM known WHERE value IS NOT NULL LIMIT ?2`;
  return store.rows(sql, values).map(({ value }) => String(value));
}
