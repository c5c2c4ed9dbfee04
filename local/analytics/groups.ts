/** Answers what a query asks of the dataset: calls in groups, by the dimensions that it names. */
import type { SQLOutputValue } from "node:sqlite";

import type { LogStore } from "../logs/store.ts";
import { DATASET, DIMENSIONS, LIMITS, SUMS, type Column } from "./dataset.ts";
import { readFilter, type Chosen } from "./filter.ts";
import { GraphQLError } from "./graphql-error.ts";
import type { Arguments, Selection } from "./parse.ts";
import { inner, leaves, refuseField } from "./select.ts";

const ARGUMENTS = ["filter", "limit", "orderBy"];
const TYPE = "AccountAiGatewayRequestsAdaptiveGroups";

/** One column of the answer: where it stands there, and its SQL. */
interface Cell {
  readonly path: readonly string[];
  readonly sql: string;
  readonly kind: Column["kind"] | "constant";
  /** Whether calls are grouped by it. */
  readonly isDimension: boolean;
  /** The name by which it is ordered, such as `sum_cost`. */
  readonly name: string;
}

/** Lists the groups that a selection chooses. Throws a GraphQLError where it cannot be read. */
export function readGroups(store: LogStore, { args, fields }: Selection, now: number): object[] {
  const cells = leaves(fields, DATASET).flatMap(readField);
  if (cells.length > LIMITS.fields) {
    throw new GraphQLError(400, `number of fields can't be more than ${LIMITS.fields}`);
  }
  const other = Object.keys(args).find((name) => !ARGUMENTS.includes(name));
  if (other !== undefined) throw refuseField(DATASET, `argument "${other}"`, ARGUMENTS);
  const chosen = readFilter(args["filter"] ?? {});
  requireRecent(chosen, now);
  const dimensions = cells.flatMap(({ isDimension, sql }) => (isDimension ? [sql] : []));
  const group = dimensions.length === 0 ? "" : `GROUP BY ${dimensions.join(", ")}`;
  const columns = cells.map(({ sql }, index) => `${sql} AS c${index}`).join(", ");
  const rows = store.rows(
    `SELECT ${columns} FROM calls WHERE ${chosen.sql} ${group}
    HAVING count(*) > 0 ${orderOf(args, cells)} LIMIT ?`,
    [...chosen.values, readLimit(args)],
  );
  return rows.map((row) => toGroup(row, cells));
}

function readField(selection: Selection): readonly Cell[] {
  const { name, key, fields } = selection;
  if (name === "__typename") return [constant([key], TYPE)];
  if (name === "count") {
    return [{ path: [key], sql: "count(*)", kind: "number", isDimension: false, name }];
  }
  if (name === "sum") return inner(fields, name).map((each) => readSum(key, each));
  if (name === "dimensions") return inner(fields, name).map((each) => readDimension(key, each));
  throw refuseField(DATASET, `field "${name}"`, ["count", "sum", "dimensions"]);
}

function readSum(parent: string, { name, key }: Selection): Cell {
  const path = [parent, key];
  if (name === "__typename") return constant(path, `${TYPE}Sum`);
  const sql = SUMS.get(name);
  if (sql === undefined) throw refuseField("sum", `field "${name}"`, [...SUMS.keys()]);
  return { path, sql, kind: "number", isDimension: false, name: `sum_${name}` };
}

function readDimension(parent: string, { name, key }: Selection): Cell {
  const path = [parent, key];
  if (name === "__typename") return constant(path, `${TYPE}Dimensions`);
  const column = DIMENSIONS.get(name);
  if (column === undefined) {
    throw refuseField("dimensions", `field "${name}"`, [...DIMENSIONS.keys()]);
  }
  return { path, ...column, isDimension: true, name };
}

function constant(path: readonly string[], text: string): Cell {
  return { path, sql: `'${text}'`, kind: "constant", isDimension: false, name: "__typename" };
}

/** Writes the order; what is not asked for cannot be ordered by (chosen). */
function orderOf({ orderBy = [] }: Arguments, cells: readonly Cell[]): string {
  const terms = (Array.isArray(orderBy) ? orderBy : [orderBy]).map((term: unknown) => {
    const [, name, direction] = /^(\w+)_(ASC|DESC)$/.exec(String(term)) ?? [];
    const index = cells.findIndex((cell) => cell.name === name && cell.kind !== "constant");
    if (index >= 0) return `c${index} ${direction}`;
    throw new GraphQLError(400, `error parsing args: orderBy has ${JSON.stringify(term)}`);
  });
  return terms.length === 0 ? "" : `ORDER BY ${terms.join(", ")}`;
}

function readLimit({ limit }: Arguments): number {
  const isWhole = typeof limit === "number" && Number.isInteger(limit);
  if (isWhole && limit > 0 && limit <= LIMITS.pageSize) return limit;
  throw new GraphQLError(
    400,
    `limit must be positive number and not greater than ${LIMITS.pageSize}`,
  );
}

function requireRecent({ from, until }: Chosen, now: number): void {
  if (Math.min(until, now) - from > LIMITS.durationSeconds * 1000) {
    const most = `it can not be more than ${LIMITS.durationSeconds}s`;
    throw new GraphQLError(400, `query time range is too large, ${most}`);
  }
  if (from < now - LIMITS.ageSeconds * 1000) {
    throw new GraphQLError(400, `cannot request data older than ${LIMITS.ageSeconds}s`);
  }
}

function toGroup(row: Readonly<Record<string, SQLOutputValue>>, cells: readonly Cell[]): object {
  const group: Record<string, unknown> = {};
  for (const [index, { path, kind }] of cells.entries()) {
    const value = toValue(kind, row[`c${index}`] ?? null);
    const [key = "", below] = path;
    if (below === undefined) group[key] = value;
    else group[key] = { ...Object(group[key]), [below]: value };
  }
  return group;
}

function toValue(kind: Cell["kind"], value: SQLOutputValue): SQLOutputValue {
  if (kind !== "time" && kind !== "date") return value;
  const text = new Date(Number(value)).toISOString();
  return kind === "date" ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}
