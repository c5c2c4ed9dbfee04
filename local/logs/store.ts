/** The logs of the local account, in one SQLite file. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import type { Bodies, Cap, FoundLog, Log, LogChange, StoredLog } from "./log.ts";
import { orderOf, whereOf, type Clause, type LogQuery } from "./query.ts";
import { LOG_COLUMNS, LOGS_WITH_BODIES, prepareTables, toLog } from "./tables.ts";

// SQLite works in this thread: more at once, and requests would wait for it.
const BATCH = 500;

// Asked for together, the two would be looked for in every log.
const SEQS = "SELECT (SELECT min(seq) FROM logs) AS first, (SELECT max(seq) FROM logs) AS last";

const INSERT_LOG = `
  INSERT INTO logs (id, created_at, gateway, provider, model, status, duration_ms, tokens_in, tokens_out, cost, cached,
    event_id, metadata)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export class LogStore {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Logs of each gateway: counting the table for every insert would cost more than the insert. */
  readonly #counts = new Map<string, number>();

  /** Opens the file, or makes it. `:memory:` for a store that ends with the process. */
  constructor(path: string) {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Two runs of one stack share the file, and wait for each other's writes.
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    prepareTables(this.#database);
    const counts = this.#prepare("SELECT gateway, count(*) AS n FROM logs GROUP BY gateway");
    for (const row of counts.iterate()) {
      this.#counts.set(String(row["gateway"]), Number(row["n"]));
    }
  }

  /** Whether a log would be kept now. */
  hasRoom(gateway: string, cap: Cap): boolean {
    return cap.whenFull === "DELETE_OLDEST" || this.#count(gateway) < cap.maxEntries;
  }

  /** Keeps a log under its gateway's cap. False when the gateway is full and stops. */
  insert(log: Log, bodies: Bodies | undefined, cap: Cap): boolean {
    if (!this.hasRoom(log.gateway, cap)) return false;
    const count = this.#count(log.gateway);
    const excess = Math.max(0, count + 1 - cap.maxEntries);
    this.#transact(() => {
      if (excess > 0) this.#deleteOldest(log.gateway, excess);
      this.#prepare(INSERT_LOG).run(...toValues(log));
      if (bodies !== undefined) {
        this.#prepare("INSERT INTO bodies (log, request, response) VALUES (?, ?, ?)").run(
          log.id,
          bodies.request,
          bodies.response,
        );
      }
    });
    this.#counts.set(log.gateway, count + 1 - excess);
    return true;
  }

  /** Of all gateways, those of another process that shares the file included. */
  count(): number {
    return Number(this.#prepare("SELECT count(*) AS n FROM logs").get()?.["n"]);
  }

  /** Newest first. */
  list(limit: number): StoredLog[] {
    const sql = `SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} ORDER BY seq DESC LIMIT ?`;
    return this.#prepare(sql).all(limit).map(toLog);
  }

  /** A page of what the query chooses. Pages begin at 1. */
  page(query: LogQuery, page: number, perPage: number): StoredLog[] {
    const { sql, values } = whereOf(query);
    const offset = (page - 1) * perPage;
    return this.#prepare(
      `SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} WHERE ${sql} ORDER BY ${orderOf(query)} LIMIT ? OFFSET ?`,
    )
      .all(...values, perPage, offset)
      .map(toLog);
  }

  /** How many logs the query chooses: with a filter, as slow as the gateway has logs. */
  countOf(query: LogQuery): number {
    if (query.filters.length === 0 && query.search === undefined) return this.#count(query.gateway);
    const { sql, values } = whereOf(query);
    return Number(
      this.#prepare(`SELECT count(*) AS n FROM logs WHERE ${sql}`).get(...values)?.["n"],
    );
  }

  /** Smallest and largest of what the query chooses, by column; null where there is none. */
  rangesOf(query: LogQuery): Readonly<Record<string, unknown>> {
    const { sql, values } = whereOf(query);
    return { ...this.#prepare(`SELECT ${RANGES} FROM logs WHERE ${sql}`).get(...values) };
  }

  find(id: string): FoundLog | undefined {
    const row = this.#prepare(
      `SELECT ${LOG_COLUMNS}, request, response FROM ${LOGS_WITH_BODIES} WHERE id = ?`,
    ).get(id);
    if (row === undefined) return undefined;
    const log = toLog(row);
    const bodies = { request: String(row["request"]), response: String(row["response"]) };
    return { log, bodies: log.hasBodies ? bodies : undefined };
  }

  /** Changes a log that exists. What the change does not name stays; undefined takes a mark back. */
  change({ log }: FoundLog, change: LogChange): void {
    const { feedback, score, metadata } = { ...log, ...change };
    this.#prepare("UPDATE logs SET feedback = ?, score = ?, metadata = ? WHERE id = ?").run(
      feedback ?? null,
      score ?? null,
      JSON.stringify(metadata),
      log.id,
    );
  }

  /** Deletes what the query chooses now, the first `limit` in its order. Requests are served between the batches. */
  async delete(query: LogQuery, limit?: number): Promise<void> {
    const { sql, values } = whereOf(query);
    const batches = limit === undefined ? this.#stretches() : this.#choose(query, limit);
    for await (const batch of batches) {
      // Not by an index: one of the gateway's would lead through all of its logs, batch after batch.
      const { changes } = this.#prepare(
        `DELETE FROM logs NOT INDEXED WHERE ${batch.sql} AND ${sql}`,
      ).run(...batch.values, ...values);
      this.#counts.set(query.gateway, this.#count(query.gateway) - Number(changes));
      await setImmediate();
    }
  }

  /** For the questions of other files of this folder. */
  rows(sql: string, values: readonly SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.#prepare(sql).all(...values);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** All logs there are now, in stretches: what a filter chooses may be few, and is looked for in each of them. */
  *#stretches(): Generator<Clause> {
    const { first, last } = { ...this.#prepare(SEQS).get() };
    for (let seq = Number(first); seq <= Number(last); seq += BATCH) {
      yield { sql: "seq BETWEEN ? AND ?", values: [seq, Math.min(seq + BATCH - 1, Number(last))] };
    }
  }

  async *#choose(query: LogQuery, limit: number): AsyncGenerator<Clause> {
    const { sql, values } = whereOf(query);
    const chosen: number[] = [];
    // Not from the shared statements: another call may run this one again before it has ended here.
    const rows = this.#database
      .prepare(`SELECT seq FROM logs WHERE ${sql} ORDER BY ${orderOf(query)} LIMIT ?`)
      .iterate(...values, limit);
    for (const { seq } of rows) {
      chosen.push(Number(seq));
      if (chosen.length % BATCH === 0) await setImmediate();
    }
    for (let start = 0; start < chosen.length; start += BATCH) {
      const seqs = JSON.stringify(chosen.slice(start, start + BATCH));
      yield { sql: "seq IN (SELECT value FROM json_each(?))", values: [seqs] };
    }
  }

  #count(gateway: string): number {
    return this.#counts.get(gateway) ?? 0;
  }

  #deleteOldest(gateway: string, count: number): void {
    this.#prepare(
      "DELETE FROM logs WHERE seq IN (SELECT seq FROM logs WHERE gateway = ? ORDER BY created_at, seq LIMIT ?)",
    ).run(gateway, count);
  }

  #transact<T>(work: () => T): T {
    this.#prepare("BEGIN").run();
    try {
      const result = work();
      this.#prepare("COMMIT").run();
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    // Bounded: the SQL of a query varies with the number of its filters.
    if (this.#statements.size < 100) this.#statements.set(sql, statement);
    return statement;
  }
}

const RANGES = [
  ["cost", "cost"],
  ["duration", "duration_ms"],
  ["tokens_in", "tokens_in"],
  ["tokens_out", "tokens_out"],
  ["total_tokens", "coalesce(tokens_in, 0) + coalesce(tokens_out, 0)"],
]
  .map(([name, column]) => `min(${column}) AS min_${name}, max(${column}) AS max_${name}`)
  .join(", ");

function toValues(log: Log): SQLInputValue[] {
  return [
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
  ];
}
