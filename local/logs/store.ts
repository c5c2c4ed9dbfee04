/** The logs of the local account, in one SQLite file. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

export interface Log {
  /** A UUIDv7, as AI Gateway's ids are since 2026-10-08. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly gateway: string;
  readonly provider: string;
  readonly model: string;
  readonly status: number;
  readonly durationMs: number;
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  /** US dollars. */
  readonly cost: number | undefined;
  readonly cached: boolean;
  readonly eventId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Bodies {
  readonly request: string;
  readonly response: string;
}

export type StoredLog = Log & {
  readonly hasBodies: boolean;
  readonly feedback: Feedback;
};

/** Good, bad, or nothing said. */
export type Feedback = 1 | -1 | undefined;

/** The declared cap of one gateway. */
export interface Cap {
  readonly maxEntries: number;
  readonly whenFull: "STOP_INSERTING" | "DELETE_OLDEST";
}

const SCHEMA = `
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
    metadata TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS logs_of_gateway ON logs (gateway, seq);
  CREATE TABLE IF NOT EXISTS bodies (
    log TEXT PRIMARY KEY REFERENCES logs (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    response TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export class LogStore {
  readonly #database: DatabaseSync;
  /** Logs of each gateway: counting the table for every insert would cost more than the insert. */
  readonly #counts = new Map<string, number>();

  /** Opens the file, or makes it. `:memory:` for a store that ends with the process. */
  constructor(path: string) {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Two runs of one stack share the file, and wait for each other's writes.
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#database.exec(SCHEMA);
    // A file of before feedback was kept.
    const columns = this.#database.prepare("PRAGMA table_info(logs)").all();
    if (!columns.some(({ name }) => name === "feedback")) {
      this.#database.exec("ALTER TABLE logs ADD COLUMN feedback INTEGER");
    }
    for (const row of this.#database
      .prepare("SELECT gateway, count(*) AS n FROM logs GROUP BY gateway")
      .iterate()) {
      this.#counts.set(String(row["gateway"]), Number(row["n"]));
    }
  }

  /** Whether a log would be kept now. */
  hasRoom(gateway: string, cap: Cap): boolean {
    const count = this.#counts.get(gateway) ?? 0;
    return cap.whenFull === "DELETE_OLDEST" || count < cap.maxEntries;
  }

  /** Keeps a log under its gateway's cap. False when the gateway is full and stops. */
  insert(log: Log, bodies: Bodies | undefined, cap: Cap): boolean {
    if (!this.hasRoom(log.gateway, cap)) return false;
    const count = this.#counts.get(log.gateway) ?? 0;
    const excess = Math.max(0, count + 1 - cap.maxEntries);

    this.#database.exec("BEGIN");
    try {
      if (excess > 0) this.#deleteOldest(log.gateway, excess);
      this.#insertLog(log);
      if (bodies !== undefined) {
        this.#database
          .prepare("INSERT INTO bodies (log, request, response) VALUES (?, ?, ?)")
          .run(log.id, bodies.request, bodies.response);
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
    this.#counts.set(log.gateway, count + 1 - excess);
    return true;
  }

  /** Of all gateways, those of another process that shares the file included. */
  count(): number {
    return Number(this.#database.prepare("SELECT count(*) AS n FROM logs").get()?.["n"]);
  }

  /** Newest first. */
  list(limit: number): StoredLog[] {
    return this.#database
      .prepare(
        `SELECT logs.*, bodies.log IS NOT NULL AS has_bodies
         FROM logs LEFT JOIN bodies ON bodies.log = logs.id ORDER BY seq DESC LIMIT ?`,
      )
      .all(limit)
      .map(toLog);
  }

  find(id: string): { readonly log: StoredLog; readonly bodies: Bodies | undefined } | undefined {
    const row = this.#database
      .prepare(
        `SELECT logs.*, bodies.log IS NOT NULL AS has_bodies, request, response
         FROM logs LEFT JOIN bodies ON bodies.log = logs.id WHERE id = ?`,
      )
      .get(id);
    if (row === undefined) return undefined;
    const log = toLog(row);
    const bodies = { request: String(row["request"]), response: String(row["response"]) };
    return { log, bodies: log.hasBodies ? bodies : undefined };
  }

  /** Marks a log that exists. */
  mark(id: string, feedback: Feedback): void {
    this.#database.prepare("UPDATE logs SET feedback = ? WHERE id = ?").run(feedback ?? null, id);
  }

  close(): void {
    this.#database.close();
  }

  #insertLog(log: Log): void {
    this.#database
      .prepare(
        `INSERT INTO logs (id, created_at, gateway, provider, model, status, duration_ms, tokens_in, tokens_out,
         cost, cached, event_id, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        log.id,
        log.createdAt,
        log.gateway,
        log.provider,
        log.model,
        log.status,
        log.durationMs,
        log.tokensIn ?? null,
        log.tokensOut ?? null,
        log.cost ?? null,
        Number(log.cached),
        log.eventId,
        JSON.stringify(log.metadata),
      );
  }

  #deleteOldest(gateway: string, count: number): void {
    this.#database
      .prepare(
        "DELETE FROM logs WHERE seq IN (SELECT seq FROM logs WHERE gateway = ? ORDER BY seq LIMIT ?)",
      )
      .run(gateway, count);
  }
}

function toLog(row: Record<string, SQLOutputValue>): StoredLog {
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
    metadata: JSON.parse(String(row["metadata"])),
    hasBodies: row["has_bodies"] === 1,
    feedback: row["feedback"] === 1 ? 1 : row["feedback"] === -1 ? -1 : undefined,
  };
}

function optional(value: SQLOutputValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
