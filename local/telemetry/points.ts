/** Keeps the data points that the Workers of a local account write. */
import type { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import { METRICS_DAYS } from "../../policy/gateway/metrics.ts";
import { reasonOf } from "../../policy/reason.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import { openSqlite } from "../sqlite.ts";
import { defineFunctions, NUMBERS, SqlError, TEXTS, toSqlite } from "./sql.ts";

const point = z.strictObject({
  indexes: z.array(z.string().nullable()).max(1),
  blobs: z.array(z.string().nullable()).max(20),
  doubles: z.array(z.number()).max(20),
});

export class PointStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /** Opens the file, or makes it; `:memory:` ends with the process. */
  constructor(path: string, now: () => number = Date.now) {
    this.#now = now;
    this.#database = openSqlite(path);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS points (
        dataset TEXT NOT NULL, timestamp INTEGER NOT NULL, _sample_interval INTEGER NOT NULL,
        index1 TEXT NOT NULL, ${TEXTS.map((name) => `${name} TEXT NOT NULL`).join(", ")},
        ${NUMBERS.map((name) => `${name} REAL NOT NULL`).join(", ")}
      ) STRICT;
      CREATE INDEX IF NOT EXISTS points_by_time ON points (dataset, timestamp);
    `);
    defineFunctions(this.#database, now);
  }

  /** Keeps a data point, and nothing that is older than three months. Throws where it is none. */
  add(dataset: string, written: unknown): void {
    const { indexes, blobs, doubles } = point.parse(written);
    const seconds = Math.floor(this.#now() / 1000);
    const values = [
      ...TEXTS.map((_, index) => blobs[index] ?? ""),
      ...NUMBERS.map((_, index) => doubles[index] ?? 0),
    ];
    this.#database
      .prepare(`INSERT INTO points VALUES (?, ?, 1, ?, ${values.map(() => "?").join(", ")})`)
      .run(dataset, seconds, indexes[0] ?? "", ...values);
    this.#database
      .prepare("DELETE FROM points WHERE timestamp < ?")
      .run(seconds - METRICS_DAYS * DAY_SECONDS);
  }

  /** Runs a query of Analytics Engine. Throws a SqlError where it is not imitated. */
  query(sql: string) {
    const datasets = this.#database.prepare("SELECT DISTINCT dataset FROM points").all();
    const names = datasets.map(({ dataset }) => String(dataset));
    const written = toSqlite(sql, names);
    let statement;
    try {
      statement = this.#database.prepare(written);
    } catch (error) {
      throw new SqlError(reasonOf(error));
    }
    const data = statement.all();
    return {
      meta: statement.columns().map(({ name }) => ({ name, type: typeOf(data[0]?.[name]) })),
      data,
      rows: data.length,
      rows_before_limit_at_least: data.length,
    };
  }

  close(): void {
    this.#database.close();
  }
}

function typeOf(value: unknown): string {
  return typeof value === "number" ? "Float64" : "String";
}
