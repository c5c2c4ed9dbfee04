/** A table of SQLite made from its fields: how each is kept, and what a row is in TypeScript. */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

/** How values of one kind are kept. Methods, so that a kind stands where any kind may. */
interface Kind<T> {
  readonly type: string;
  read(value: SQLOutputValue): T;
  write(value: T): SQLInputValue;
}

type Fields = Readonly<Record<string, Kind<unknown>>>;

export type RowOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Kind<infer T> ? T : never;
};

export const text: Kind<string> = { type: "TEXT NOT NULL", read: String, write: same };
export const whole: Kind<number> = { type: "INTEGER NOT NULL", read: Number, write: same };
export const boolean: Kind<boolean> = {
  type: "INTEGER NOT NULL",
  read: (value) => value === 1,
  write: Number,
};

/** A kind of field that a file of an earlier version may lack, and a row too. */
export function optional<T extends SQLInputValue>(type: "TEXT" | "INTEGER" | "REAL") {
  const kind: Kind<T | undefined> = {
    type,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a STRICT table holds what was written
    read: (value) => (value ?? undefined) as T | undefined,
    write: (value) => value ?? null,
  };
  return kind;
}

function same<T>(value: T): T {
  return value;
}

/** Makes the statements of a table, and what reads and writes its rows. */
export function table<F extends Fields>(name: string, fields: F) {
  const columns = Object.entries(fields).map(([field, kind]) => {
    return { field, kind, column: columnOf(field) };
  });
  const names = columns.map(({ column }) => column);
  return {
    create: `CREATE TABLE IF NOT EXISTS ${name} (seq INTEGER PRIMARY KEY, ${columns
      .map(({ column, kind }) => `${column} ${kind.type}`)
      .join(", ")}) STRICT;`,
    insert: `INSERT INTO ${name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    columns: columns.map(({ column, kind: { type } }) => ({ column, type })),
    toValues: (row: Readonly<Record<string, unknown>>) =>
      columns.map(({ field, kind }) => kind.write(row[field])),
    toRow: (row: Readonly<Record<string, SQLOutputValue>>) => {
      const values = columns.map(({ field, column, kind }) => [
        field,
        kind.read(row[column] ?? null),
      ]);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of the same fields
      return Object.fromEntries(values) as RowOf<F>;
    },
  };
}

/** Returns the column of a field: that of `createdAt` is `created_at`. */
function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
