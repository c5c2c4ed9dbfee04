import { DatabaseSync } from "node:sqlite";

import { LogStore } from "../../local/logs/store.ts";
import { prepareTables } from "../../local/logs/tables.ts";

export const GATEWAY = "app";
export const MODEL = "@cf/bench/model-3";

/**
 * A store of so many logs with bodies, a second apart: seven models, one failure in ten. Filled in one go, because
 * a transaction for each log waits for the disk.
 */
export function openFilledStore(file: string, count: number): LogStore {
  const database = new DatabaseSync(file);
  // Of no use if it breaks off.
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  prepareTables(database);
  database.exec("BEGIN");
  database.prepare(LOGS).run(count, GATEWAY);
  database.exec(
    `INSERT INTO bodies SELECT id, '{"messages":[]}', '{"response":"hello"}' FROM logs`,
  );
  database.exec("COMMIT");
  database.close();
  return new LogStore(file);
}

/** Of the log in the middle. */
export function middleId(count: number): string {
  return `log-${String(Math.floor(count / 2)).padStart(8, "0")}`;
}

const LOGS = `
  WITH RECURSIVE numbers (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
  INSERT INTO logs (id, created_at, gateway, provider, model, status, duration_ms, tokens_in, tokens_out, cost, cached,
    event_id, metadata)
  SELECT format('log-%08d', n), 1700000000000 + n * 1000, ?2, 'workers-ai', '@cf/bench/model-' || (n % 7),
    iif(n % 10 = 0, 500, 200), n * 7919 % 1000, 5, 9, 0.1, n % 10 = 1, format('event-%08d', n),
    json_object('caller', 'caller-' || (n % 50), 'stack', 'bench')
  FROM numbers`;
