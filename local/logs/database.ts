/** A SQLite file, and the statements prepared for it. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import { prepareTables } from "./tables.ts";

/** An open database, which prepares each statement once. */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens the file, or makes it with its tables; `:memory:` is a database that ends with the
   * process.
   */
  constructor(path: string) {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Another program that has the file open, such as sqlite3, is waited for.
    this.#connection = new DatabaseSync(path, { timeout: 5000 });
    this.#connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    prepareTables(this.#connection);
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    // The cache is bounded: the SQL of a query varies with the number of its filters.
    if (this.#statements.size < 100) this.#statements.set(sql, statement);
    return statement;
  }

  /** Does all of the work, or nothing of it. */
  transact(work: () => void): void {
    this.prepare("BEGIN").run();
    try {
      work();
      this.prepare("COMMIT").run();
    } catch (error) {
      // A full disk has rolled back already, and a second rollback would replace the error.
      if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}
