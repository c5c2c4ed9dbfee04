/** A SQLite file, and the statements prepared for it. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

import { openSqlite } from "../sqlite.ts";
import { prepareTables } from "./tables.ts";

export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or makes the file; `:memory:` is a database that ends with the process. */
  constructor(path: string) {
    this.#connection = openSqlite(path);
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
