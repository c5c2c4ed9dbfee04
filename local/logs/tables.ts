/**
 * The tables of the log store, and a row of theirs as a log. Calls are what analytics count: each one,
 * whether its log is kept or not.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import type { StoredLog } from "./log.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS logs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    status INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cost REAL,
    cached INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    feedback INTEGER,
    score REAL,
    trace_id TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS bodies (
    log TEXT PRIMARY KEY REFERENCES logs (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    response TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS calls (
    created_at INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    status INTEGER NOT NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cost REAL,
    cached INTEGER NOT NULL,
    rate_limited INTEGER NOT NULL,
    metadata TEXT NOT NULL
  ) STRICT;
`;

// The last column keeps the newest first in each index: a page of a filtered list is read off, not
// sorted.
const INDICES = `
  DROP INDEX IF EXISTS logs_of_gateway;
  DROP INDEX IF EXISTS logs_by_status;
  CREATE INDEX IF NOT EXISTS logs_by_time ON logs (gateway, created_at);
  CREATE INDEX IF NOT EXISTS logs_by_model ON logs (gateway, model, created_at);
  CREATE INDEX IF NOT EXISTS calls_by_time ON calls (created_at);
  CREATE INDEX IF NOT EXISTS logs_failed ON logs (gateway, created_at) WHERE status >= 400;
`;

/** The columns that files of earlier versions lack. */
const ADDED = [
  ["feedback", "INTEGER"],
  ["score", "REAL"],
  ["trace_id", "TEXT"],
] as const;

/** Makes what is missing: everything in a new file, in one of an earlier version what came since. */
export function prepareTables(database: DatabaseSync): void {
  database.exec(TABLES);
  const columns = new Set(
    database
      .prepare("PRAGMA table_info(logs)")
      .all()
      .map(({ name }) => name),
  );
  for (const [name, type] of ADDED) {
    if (!columns.has(name)) database.exec(`ALTER TABLE logs ADD COLUMN ${name} ${type}`);
  }
  database.exec(INDICES);
}

/** The columns of a log; `has_bodies` needs the table of bodies joined. */
export const LOG_COLUMNS = "logs.*, bodies.log IS NOT NULL AS has_bodies";
export const LOGS_WITH_BODIES = "logs LEFT JOIN bodies ON bodies.log = logs.id";

/** Reads a log out of a row that has the columns of `LOG_COLUMNS`. */
export function toLog(row: Record<string, SQLOutputValue>): StoredLog {
  return {
    id: String(row["id"]),
    createdAt: Number(row["created_at"]),
    gateway: String(row["gateway"]),
    provider: String(row["provider"]),
    model: String(row["model"]),
    status: Number(row["status"]),
    durationMs: Number(row["duration_ms"]),
    tokensIn: optional(row["tokens_in"]),
    tokensOut: optional(row["tokens_out"]),
    cost: optional(row["cost"]),
    cached: row["cached"] === 1,
    eventId: String(row["event_id"]),
    traceId: typeof row["trace_id"] === "string" ? row["trace_id"] : undefined,
    metadata: JSON.parse(String(row["metadata"])),
    hasBodies: row["has_bodies"] === 1,
    feedback: row["feedback"] === 1 ? 1 : row["feedback"] === -1 ? -1 : undefined,
    score: optional(row["score"]),
  };
}

function optional(value: SQLOutputValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
