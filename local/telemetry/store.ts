/** Keeps what the Workers of a local account measure. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

/** The spans that are kept; older ones go first. */
const MAX_SPANS = 1000;

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

  /** Opens the file, or makes it; `:memory:` ends with the process. */
  constructor(path: string) {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS spans (
        id INTEGER PRIMARY KEY, event_id TEXT, span TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS spans_by_event ON spans (event_id);
    `);
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

  close(): void {
    this.#database.close();
  }
}

/** Returns the event id of a span, which the request's log has too. */
function eventIdOf({ attributes }: StoredSpan): string | null {
  const id = attributes.find(({ key }) => key === "ai_gateway.event_id")?.value["stringValue"];
  return typeof id === "string" ? id : null;
}
