/** Writes the filter of a query as SQL: every value is a parameter. */
import type { SQLInputValue } from "node:sqlite";

import type { Clause } from "../logs/query.ts";
import { DIMENSIONS, LISTS, type Column } from "./dataset.ts";
import { GraphQLError } from "./graphql-error.ts";

/** A filter, and the time that it chooses, in milliseconds since 1970. */
export interface Chosen extends Clause {
  readonly from: number;
  readonly until: number;
}

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["", "="],
  ["neq", "<>"],
  ["gt", ">"],
  ["geq", ">="],
  ["lt", "<"],
  ["leq", "<="],
  ["like", "GLOB"],
  ["notlike", "NOT GLOB"],
  ["in", "IN"],
  ["notin", "NOT IN"],
]);

const ALL: Chosen = { sql: "1", values: [], from: -Infinity, until: Infinity };

/** Reads a filter. Throws a GraphQLError with what is wrong in it. */
export function readFilter(filter: unknown): Chosen {
  if (!isObject(filter)) throw refuse("filter is no object");
  return both(Object.entries(filter).map(([key, value]) => readEntry(key, value)));
}

function readEntry(key: string, value: unknown): Chosen {
  if (key === "AND") return both(listOf(key, value).map(readFilter));
  if (key === "OR") return either(listOf(key, value).map(readFilter));
  const [, name = key, operator = ""] = /^(.+?)(?:_([a-z]+))?$/.exec(key) ?? [];
  const element = LISTS.get(name);
  if (element !== undefined && operator === "has") {
    const sql = `(metadata <> '' AND EXISTS (SELECT 1 FROM json_each(metadata) AS entry WHERE ${element} = ?))`;
    return { ...ALL, sql, values: [textOf(key, value)] };
  }
  const column = DIMENSIONS.get(name);
  const compare = OPERATORS.get(operator);
  if (column === undefined || compare === undefined) {
    throw new GraphQLError(501, `the local Cloudflare imitates no filter ${JSON.stringify(key)}`);
  }
  return readComparison(key, { column, operator, compare }, value);
}

interface Comparison {
  readonly column: Column;
  readonly operator: string;
  readonly compare: string;
}

function readComparison(
  key: string,
  { column, operator, compare }: Comparison,
  value: unknown,
): Chosen {
  if (operator === "in" || operator === "notin") {
    const values = listOf(key, value).map((each) => valueOf(key, column, each));
    const marks = values.map(() => "?").join(", ");
    return { ...ALL, sql: `${column.sql} ${compare} (${marks})`, values };
  }
  const right = compare.endsWith("GLOB") ? toGlob(textOf(key, value)) : valueOf(key, column, value);
  const clause = { sql: `${column.sql} ${compare} ?`, values: [right] };
  return { ...ALL, ...clause, ...timeOf(column, operator, right) };
}

function timeOf({ kind }: Column, operator: string, value: SQLInputValue): Partial<Chosen> {
  if ((kind !== "time" && kind !== "date") || typeof value !== "number") return {};
  return {
    ...(["", "gt", "geq"].includes(operator) && { from: value }),
    ...(["", "lt", "leq"].includes(operator) && { until: value }),
  };
}

function valueOf(key: string, { kind }: Column, value: unknown): SQLInputValue {
  if (kind === "text") return textOf(key, value);
  if (kind === "number") {
    if (typeof value === "number") return value;
    throw refuse(`${key} is no number`);
  }
  const text = textOf(key, value);
  const time = TIMES[kind].test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw refuse(`${key} is no ${EXAMPLES[kind]}`);
  return time;
}

const TIMES = {
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
} as const;

const EXAMPLES = {
  time: "time such as 2026-11-22T10:00:00Z",
  date: "day such as 2026-11-22",
} as const;

/** Writes a pattern for GLOB: SQLite's own LIKE takes small letters and capitals for the same. */
function toGlob(pattern: string): string {
  return pattern.replaceAll(/[*?[]/g, "[$&]").replaceAll("%", "*").replaceAll("_", "?");
}

function textOf(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw refuse(`${key} is no string`);
}

function listOf(key: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refuse(`${key} is no list`);
}

/** Joins filters that all hold. */
function both(parts: readonly Chosen[]): Chosen {
  const from = Math.max(-Infinity, ...parts.map((part) => part.from));
  const until = Math.min(Infinity, ...parts.map((part) => part.until));
  return { ...join(parts, "AND", ALL.sql), from, until };
}

/** Joins filters of which one holds. */
function either(parts: readonly Chosen[]): Chosen {
  const from = Math.min(Infinity, ...parts.map((part) => part.from));
  const until = Math.max(-Infinity, ...parts.map((part) => part.until));
  return { ...join(parts, "OR", "0"), from, until };
}

function join(parts: readonly Chosen[], word: "AND" | "OR", empty: string): Clause {
  const sql = parts.map((part) => part.sql).join(` ${word} `);
  return { sql: sql === "" ? empty : `(${sql})`, values: parts.flatMap(({ values }) => values) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(what: string): GraphQLError {
  return new GraphQLError(400, `error parsing args: ${what}`);
}
