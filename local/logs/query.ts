/** Writes a query of logs as SQL: every value is a parameter, every name one of this file's own. */
import type { SQLInputValue } from "node:sqlite";

type Operator = "eq" | "neq" | "contains" | "lt" | "gt";

export interface Filter {
  readonly key: FilterKey;
  readonly operator: Operator;
  /** One must match; for neq, none may. Times are in milliseconds, booleans 0 and 1. */
  readonly values: readonly SQLInputValue[];
}

export interface LogQuery {
  readonly gateway: string;
  readonly filters: readonly Filter[];
  /** A text that stands in the id, event id, trace id, provider, model or metadata. */
  readonly search?: string | undefined;
  readonly orderBy?: OrderKey | undefined;
  readonly direction?: "asc" | "desc" | undefined;
}

/** A condition of SQL, and its parameters in order. */
export interface Clause {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

const SUCCESS = "(status < 400)";
/** The condition of failures, in the form in which their index serves it: they are few. */
export const FAILED = "status >= 400";
const TOKENS = "(coalesce(tokens_in, 0) + coalesce(tokens_out, 0))";

/** The SQL of each filter key, and the kind of its values. */
export const FILTER_KEYS = {
  id: { column: "id", kind: "text" },
  created_at: { column: "created_at", kind: "time" },
  success: { column: SUCCESS, kind: "boolean" },
  cached: { column: "cached", kind: "boolean" },
  provider: { column: "provider", kind: "text" },
  model: { column: "model", kind: "text" },
  cost: { column: "cost", kind: "number" },
  tokens: { column: TOKENS, kind: "number" },
  tokens_in: { column: "tokens_in", kind: "number" },
  tokens_out: { column: "tokens_out", kind: "number" },
  duration: { column: "duration_ms", kind: "number" },
  feedback: { column: "feedback", kind: "number" },
  event_id: { column: "event_id", kind: "text" },
  "metadata.key": { column: "entry.key", kind: "text" },
  "metadata.value": {
    // JSON's true and false are SQLite's 1 and 0.
    column: "iif(entry.type IN ('true', 'false'), entry.type, CAST(entry.value AS TEXT))",
    kind: "text",
  },
} as const;

type FilterKey = keyof typeof FILTER_KEYS;

const UNORDERED = ["id", "tokens", "event_id", "metadata.key", "metadata.value"] as const;

type OrderKey = Exclude<FilterKey, (typeof UNORDERED)[number]>;

export function isFilterKey(key: string): key is FilterKey {
  return Object.hasOwn(FILTER_KEYS, key);
}

export function isOrderKey(key: string): key is OrderKey {
  return isFilterKey(key) && !UNORDERED.some((other) => other === key);
}

export function whereOf({ gateway, filters, search }: LogQuery): Clause {
  const clauses = [
    { sql: "gateway = ?", values: [gateway] },
    ...groupMetadata(filters).map(toClause),
    ...(search === undefined ? [] : [searchClause(search)]),
  ];
  return {
    sql: clauses.map(({ sql }) => sql).join(" AND "),
    values: clauses.flatMap(({ values }) => values),
  };
}

export function orderOf({ orderBy = "created_at", direction = "desc" }: LogQuery): string {
  // Of two equal logs the later one is the newer, so that pages do not overlap.
  return `${FILTER_KEYS[orderBy].column} ${direction}, seq ${direction}`;
}

/** Groups filters: `metadata.value` is about the entry that the key before it names. */
function groupMetadata(filters: readonly Filter[]): (readonly Filter[])[] {
  const groups: (readonly Filter[])[] = [];
  for (const filter of filters) {
    const before = groups.at(-1);
    const continues = filter.key === "metadata.value" && before?.at(-1)?.key === "metadata.key";
    if (continues && before !== undefined) groups[groups.length - 1] = [...before, filter];
    else groups.push([filter]);
  }
  return groups;
}

function toClause(group: readonly Filter[]): Clause {
  const clauses = group.map(compare);
  const sql = clauses.map((clause) => clause.sql).join(" AND ");
  const values = clauses.flatMap((clause) => clause.values);
  if (group[0]?.key.startsWith("metadata.") !== true) return { sql, values };
  return { sql: `EXISTS (SELECT 1 FROM json_each(metadata) AS entry WHERE ${sql})`, values };
}

function compare({ key, operator, values }: Filter): Clause {
  const { column } = FILTER_KEYS[key];
  const among = isAmong(key, values);
  const byOperator: Record<Operator, Clause> = {
    eq: among,
    // This is also true of what is absent, which equals nothing.
    neq: { ...among, sql: `(${among.sql}) IS NOT TRUE` },
    contains: { sql: anyOf(values, `instr(${column}, ?) > 0`), values },
    lt: { sql: anyOf(values, `${column} < ?`), values },
    gt: { sql: anyOf(values, `${column} > ?`), values },
  };
  return byOperator[operator];
}

function isAmong(key: FilterKey, values: readonly SQLInputValue[]): Clause {
  const { column } = FILTER_KEYS[key];
  const some = values.filter((value) => value !== null);
  if (key === "success" && some.length === 1 && some[0] === 0) return { sql: FAILED, values: [] };
  const among = `${column} IN (${some.map(() => "?").join(", ")})`;
  const sql = some.length < values.length ? `(${among} OR ${column} IS NULL)` : among;
  return { sql, values: some };
}

function anyOf(values: readonly unknown[], sql: string): string {
  return `(${values.map(() => sql).join(" OR ")})`;
}

function searchClause(text: string): Clause {
  const columns = ["id", "event_id", "trace_id", "provider", "model", "metadata"];
  return {
    sql: `(${columns.map((column) => `instr(${column}, ?) > 0`).join(" OR ")})`,
    values: columns.map(() => text),
  };
}
