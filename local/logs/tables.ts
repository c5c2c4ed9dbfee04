/** The tables of the log store, and a row of theirs as a log. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import { LOG_FIELDS, type Metadata, type StoredLog } from "./log.ts";
import { boolean, table } from "./table.ts";

export const LOGS = table("logs", LOG_FIELDS);

const { createdAt, gateway, provider, model, status, cached } = LOG_FIELDS;
const { tokensIn, tokensOut, cost, metadata } = LOG_FIELDS;
const counted = { createdAt, gateway, provider, model, status, cached, tokensIn, tokensOut, cost };
/** What analytics count: each call, whether its log is kept or not. */
export const CALLS = table("calls", {
  ...counted,
  rateLimited: boolean,
  // The dimension's name promises what was sent; what it is without metadata is not documented.
  metadata: {
    ...metadata,
    write: (sent: Metadata) => (Object.keys(sent).length === 0 ? "" : metadata.write(sent)),
  },
});

const BODIES = `
  CREATE TABLE IF NOT EXISTS bodies (
    log TEXT PRIMARY KEY REFERENCES logs (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    response TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
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

/** Makes what is missing: everything in a new file, in one of an earlier version what came since. */
export function prepareTables(database: DatabaseSync): void {
  database.exec(LOGS.create + BODIES + CALLS.create);
  const known = database.prepare("SELECT name FROM pragma_table_info('logs')").all();
  for (const { column, type } of LOGS.columns) {
    if (known.some(({ name }) => name === column)) continue;
    database.exec(`ALTER TABLE logs ADD COLUMN ${column} ${type}`);
  }
  database.exec(INDICES);
}

/** The columns of a log; `has_bodies` needs the table of bodies joined. */
export const LOG_COLUMNS = "logs.*, bodies.log IS NOT NULL AS has_bodies";
export const LOGS_WITH_BODIES = "logs LEFT JOIN bodies ON bodies.log = logs.id";

/** Reads a log out of a row that has the columns of `LOG_COLUMNS`. */
export function toLog(row: Readonly<Record<string, SQLOutputValue>>): StoredLog {
  return { ...LOGS.toRow(row), hasBodies: row["has_bodies"] === 1 };
}
