/** The logs of the local account, in one SQLite file. */
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import { count } from "../../policy/words.ts";
import { printFault } from "../print.ts";
import { Database } from "./database.ts";
import { deleteInSteps } from "./deletion.ts";
import type { Bodies, Cap, FoundLog, Log, LogChange, StoredLog } from "./log.ts";
import { FILTER_KEYS, orderOf, whereOf, type LogQuery } from "./query.ts";
import { CALLS, LOG_COLUMNS, LOGS, LOGS_WITH_BODIES, toLog } from "./tables.ts";

// A transaction takes longer than what is written in it: logs that come close together share one.
const WRITE_MS = 10;

interface Waiting {
  readonly log: Log;
  readonly bodies: Bodies | undefined;
  /** The number of oldest logs that make room for it. */
  readonly excess: number;
}

export class LogStore {
  readonly #database: Database;
  /** Logs of each gateway: counting the table for every insert would cost more than the insert. */
  readonly #counts = new Map<string, number>();
  /** Logs that are not in the file yet: `#sql` writes them before anything is read. */
  #waiting: Waiting[] = [];
  #waitingCalls: SQLInputValue[][] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Opens the file, or makes it; `:memory:` is a store that ends with the process. */
  constructor(path: string) {
    this.#database = new Database(path);
    this.#countAll();
  }

  hasRoom(gateway: string, cap: Cap): boolean {
    return cap.whenFull === "DELETE_OLDEST" || this.#count(gateway) < cap.maxEntries;
  }

  /** Keeps a log under its gateway's cap; returns false when the gateway is full and stops. */
  insert(log: Log, bodies: Bodies | undefined, cap: Cap): boolean {
    if (!this.hasRoom(log.gateway, cap)) return false;
    const kept = this.#count(log.gateway);
    const excess = Math.max(0, kept + 1 - cap.maxEntries);
    this.#counts.set(log.gateway, kept + 1 - excess);
    this.#waiting.push({ log, bodies, excess });
    this.#writeSoon();
    return true;
  }

  /** Counts a call for analytics, which no deletion of logs changes. */
  countCall(log: Log, isRateLimited: boolean): void {
    this.#waitingCalls.push(CALLS.toValues({ ...log, rateLimited: isRateLimited }));
    this.#writeSoon();
  }

  /** Counts the logs of all gateways, those of another process that shares the file included. */
  count(): number {
    return Number(this.#sql("SELECT count(*) AS n FROM logs").get()?.["n"]);
  }

  list(limit: number): StoredLog[] {
    const sql = `SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} ORDER BY seq DESC LIMIT ?`;
    return this.#sql(sql).all(limit).map(toLog);
  }

  /** Returns a page of what the query chooses. Pages begin at 1. */
  page(query: LogQuery, page: number, perPage: number): StoredLog[] {
    const { sql, values } = whereOf(query);
    const offset = (page - 1) * perPage;
    return this.#sql(
      `SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} WHERE ${sql} ORDER BY ${orderOf(query)} LIMIT ? OFFSET ?`,
    )
      .all(...values, perPage, offset)
      .map(toLog);
  }

  /** Counts what the query chooses: with a filter, this is as slow as the gateway has logs. */
  countOf(query: LogQuery): number {
    if (query.filters.length === 0 && query.search === undefined) return this.#count(query.gateway);
    const { sql, values } = whereOf(query);
    return Number(this.#sql(`SELECT count(*) AS n FROM logs WHERE ${sql}`).get(...values)?.["n"]);
  }

  /** Returns the smallest and largest value of each column; null where the query chooses none. */
  rangesOf(query: LogQuery): Readonly<Record<string, unknown>> {
    const { sql, values } = whereOf(query);
    return { ...this.#sql(`SELECT ${RANGES} FROM logs WHERE ${sql}`).get(...values) };
  }

  find(id: string): FoundLog | undefined {
    const row = this.#sql(
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
    this.#sql("UPDATE logs SET feedback = ?, score = ?, metadata = ? WHERE id = ?").run(
      feedback ?? null,
      score ?? null,
      JSON.stringify(metadata),
      log.id,
    );
  }

  /** Deletes what the query chooses now, the first `limit` in its order, between requests. */
  async delete(query: LogQuery, limit?: number): Promise<void> {
    for (const changes of deleteInSteps((sql) => this.#sql(sql), query, limit)) {
      this.#counts.set(query.gateway, this.#count(query.gateway) - changes);
      await setImmediate();
    }
  }

  /** Reads rows for other files of this folder. */
  rows(sql: string, values: readonly SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.#sql(sql).all(...values);
  }

  /** Returns a text that changes with every log, those of another process that shares the file included. */
  changes(): string {
    const own = this.#sql("SELECT total_changes() AS n").get()?.["n"];
    const others = this.#sql("PRAGMA data_version").get()?.["data_version"];
    return `${String(own)}-${String(others)}`;
  }

  close(): void {
    this.#writeWaiting();
    this.#database.close();
  }

  #count(gateway: string): number {
    return this.#counts.get(gateway) ?? 0;
  }

  #countAll(): void {
    this.#counts.clear();
    const counts = this.#database.prepare(
      "SELECT gateway, count(*) AS n FROM logs GROUP BY gateway",
    );
    for (const { gateway, n } of counts.all()) this.#counts.set(String(gateway), Number(n));
  }

  #deleteOldest(gateway: string, excess: number): void {
    this.#database
      .prepare(
        "DELETE FROM logs WHERE seq IN (SELECT seq FROM logs WHERE gateway = ? ORDER BY created_at, seq LIMIT ?)",
      )
      .run(gateway, excess);
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#writeWaiting(), WRITE_MS);
  }

  #writeWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    const calls = this.#waitingCalls;
    if (waiting.length + calls.length === 0) return;
    this.#waiting = [];
    this.#waitingCalls = [];
    try {
      this.#database.transact(() => {
        for (const call of calls) this.#database.prepare(CALLS.insert).run(...call);
        for (const one of waiting) this.#write(one);
      });
    } catch (error) {
      // Their requests are answered already. What was counted with them is counted anew.
      const lost =
        waiting.length > 0 ? count(waiting.length, "log") : count(calls.length, "counted call");
      printFault(error, `${lost} could not be kept: `);
      this.#countAll();
    }
  }

  #write({ log, bodies, excess }: Waiting): void {
    if (excess > 0) this.#deleteOldest(log.gateway, excess);
    this.#database.prepare(LOGS.insert).run(...LOGS.toValues(log));
    if (bodies === undefined) return;
    this.#database
      .prepare("INSERT INTO bodies (log, request, response) VALUES (?, ?, ?)")
      .run(log.id, bodies.request, bodies.response);
  }

  /** Prepares a query of all logs, those that wait included. */
  #sql(sql: string): StatementSync {
    this.#writeWaiting();
    return this.#database.prepare(sql);
  }
}

const RANGES = (
  [
    ["cost", FILTER_KEYS.cost],
    ["duration", FILTER_KEYS.duration],
    ["tokens_in", FILTER_KEYS.tokens_in],
    ["tokens_out", FILTER_KEYS.tokens_out],
    ["total_tokens", FILTER_KEYS.tokens],
  ] as const
)
  .map(([name, { column }]) => `min(${column}) AS min_${name}, max(${column}) AS max_${name}`)
  .join(", ");
