/** Keeps what the Workers of a local account measure. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import { METRICS_DAYS } from "../../policy/gateway/metrics.ts";
import { reasonOf } from "../../policy/reason.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import { defineFunctions, NUMBERS, SqlError, TEXTS, toSqlite } from "./sql.ts";

/** The spans that are kept; older ones go first. */
const MAX_SPANS = 1000;

const point = z.strictObject({
  indexes: z.array(z.string().nullable()).max(1),
  blobs: z.array(z.string().nullable()).max(20),
  doubles: z.array(z.number()).max(20),
});

const span = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  attributes: z.array(
    z.object({
      key: z.string(),
      value: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
});
const traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

/** A span in OTLP's JSON. */
export type StoredSpan = z.output<typeof span>;

/** The spans and data points of one account, in a file of their own. */
export class TelemetryStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /** Opens the file, or makes it; `:memory:` ends with the process. */
  constructor(path: string, now: () => number = Date.now) {
    this.#now = now;
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS spans (
        id INTEGER PRIMARY KEY, event_id TEXT, span TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS spans_by_event ON spans (event_id);
      CREATE TABLE IF NOT EXISTS points (
        dataset TEXT NOT NULL, timestamp INTEGER NOT NULL, _sample_interval INTEGER NOT NULL,
        index1 TEXT NOT NULL, ${TEXTS.map((name) => `${name} TEXT NOT NULL`).join(", ")},
        ${NUMBERS.map((name) => `${name} REAL NOT NULL`).join(", ")}
      ) STRICT;
      CREATE INDEX IF NOT EXISTS points_by_time ON points (dataset, timestamp);
    `);
    defineFunctions(this.#database, now);
  }

  /** Keeps the spans of an export. Throws where it is none. */
  addSpans(exported: unknown): void {
    const { resourceSpans } = traces.parse(exported);
    const spans = resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((each) => each.spans),
    );
    const insert = this.#database.prepare("INSERT INTO spans (event_id, span) VALUES (?, ?)");
    for (const each of spans) insert.run(eventIdOf(each), JSON.stringify(each));
    this.#database
      .prepare("DELETE FROM spans WHERE id <= (SELECT max(id) FROM spans) - ?")
      .run(MAX_SPANS);
  }

  /** Lists the spans, the newest first: all, or those of one request. */
  listSpans(eventId?: string): readonly StoredSpan[] {
    const rows = this.#database
      .prepare("SELECT span FROM spans WHERE ?1 IS NULL OR event_id = ?1 ORDER BY id DESC")
      .all(eventId ?? null);
    return rows.map((row) => span.parse(JSON.parse(String(row["span"]))));
  }

  /** Keeps a data point, and nothing that is older than three months. Throws where it is none. */
  addPoint(dataset: string, written: unknown): void {
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
  query(sql: string): QueryAnswer {
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

/** What Analytics Engine answers in JSON. */
export interface QueryAnswer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly object[];
  readonly rows: number;
  readonly rows_before_limit_at_least: number;
}

function typeOf(value: unknown): string {
  return typeof value === "number" ? "Float64" : "String";
}

/** Returns the event id of a span, which the request's log has too. */
function eventIdOf({ attributes }: StoredSpan): string | null {
  const id = attributes.find(({ key }) => key === "ai_gateway.event_id")?.value["stringValue"];
  return typeof id === "string" ? id : null;
}
