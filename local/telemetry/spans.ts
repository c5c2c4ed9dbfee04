/** Keeps the spans of Workers, which have no content, from one run to the next. */
import type { DatabaseSync } from "node:sqlite";

import { openSqlite } from "../sqlite.ts";
import { keptTrace, type KeptTrace } from "./trace.ts";

/** The spans that are kept; older ones go first. */
const KEPT = 1000;

export class SpanStore {
  readonly #database: DatabaseSync;

  /** Opens the file, or makes it; `:memory:` ends with the process. */
  constructor(path: string) {
    this.#database = openSqlite(path);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS spans (
        id INTEGER PRIMARY KEY, event_id TEXT, kept TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS spans_by_event ON spans (event_id);
    `);
  }

  add(kept: KeptTrace): void {
    this.#database
      .prepare("INSERT INTO spans (event_id, kept) VALUES (?, ?)")
      .run(eventIdOf(kept), JSON.stringify(kept));
    this.#database
      .prepare("DELETE FROM spans WHERE id <= (SELECT max(id) FROM spans) - ?")
      .run(KEPT);
  }

  /** Lists the spans, the newest first: all, or those of one request. */
  list(eventId?: string): readonly KeptTrace[] {
    return this.#database
      .prepare("SELECT kept FROM spans WHERE ?1 IS NULL OR event_id = ?1 ORDER BY id DESC")
      .all(eventId ?? null)
      .map(({ kept }) => keptTrace.parse(JSON.parse(String(kept))));
  }

  close(): void {
    this.#database.close();
  }
}

/** Returns the id of the request, which its logs have too. */
function eventIdOf({ trace }: KeptTrace): string | null {
  const [span] = trace.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  const id = span?.attributes.find(({ key }) => key === "ai_gateway.event_id")?.value[
    "stringValue"
  ];
  return typeof id === "string" ? id : null;
}
