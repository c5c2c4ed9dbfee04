/**
 * Writes queries of Analytics Engine's SQL as SQLite's: those that this project and its pages make,
 * and what is made of the same words. Anything else is refused.
 * https://developers.cloudflare.com/analytics/analytics-engine/sql-reference/
 */
import type { DatabaseSync } from "node:sqlite";

import { z } from "zod";

export const TEXTS = Array.from({ length: 20 }, (_, index) => `blob${index + 1}`);
export const NUMBERS = Array.from({ length: 20 }, (_, index) => `double${index + 1}`);

/** A query that is not imitated; the message says what of it. */
export class SqlError extends Error {}

const KEYWORDS = "select|as|from|where|and|or|not|group|by|order|asc|desc|limit|in";
const FUNCTIONS = "sum|count|min|max|avg|if|now|todatetime|touint32|intdiv|quantileexactweighted";
const WORDS: ReadonlySet<string> = new Set([
  ...`${KEYWORDS}|${FUNCTIONS}`.split("|"),
  "dataset",
  "timestamp",
  "_sample_interval",
  "index1",
  ...TEXTS,
  ...NUMBERS,
]);
const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};

/** What SQLite writes otherwise; its own division of whole numbers leaves out the rest. */
const WRITTEN: Readonly<Record<string, string>> = { if: "iif", "/": "* 1.0 /" };

const TOKEN = /\s+|'[^'\\]*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|<=|>=|!=|[(),*/+<>=-]/y;
const INTERVAL = /\binterval\s+'(\d+)'\s+(second|minute|hour|day|week)\b/gi;
// A function that takes its level apart: quantileExactWeighted(0.5)(column, weight).
const LEVEL = /\bquantileExactWeighted\((0(?:\.\d+)?|1)\)\s*\(/gi;

/** Writes a query for the table `points`. Throws a SqlError for what is not imitated. */
export function toSqlite(sql: string, datasets: readonly string[]): string {
  const plain = sql
    .replace(/\s+format\s+json\s*$/i, "")
    .replace(INTERVAL, (_, amount: string, unit: string) =>
      String(Number(amount) * (SECONDS[unit.toLowerCase()] ?? 0)),
    )
    .replace(LEVEL, (_, level: string) => `quantileExactWeighted(${level}, `);
  const tokens = readTokens(plain).filter((token) => token.trim() !== "");
  if (tokens[0]?.toLowerCase() !== "select") throw notImitated("a statement other than SELECT");
  const dataset = tokens[tokens.findIndex((token) => token.toLowerCase() === "from") + 1] ?? "";
  if (!datasets.includes(dataset)) throw new SqlError(`no dataset ${dataset} has a data point`);
  const aliases = new Set(tokens.filter((_, index) => tokens[index - 1]?.toLowerCase() === "as"));
  return tokens
    .map((token, index) => {
      if (token === dataset && tokens[index - 1]?.toLowerCase() === "from") {
        return `(SELECT * FROM points WHERE dataset = '${dataset}')`;
      }
      const isWord = /^[A-Za-z_]/.test(token);
      if (isWord && !WORDS.has(token.toLowerCase()) && !aliases.has(token)) {
        throw notImitated(token);
      }
      return WRITTEN[token.toLowerCase()] ?? token;
    })
    .join(" ");
}

function readTokens(sql: string): readonly string[] {
  const tokens: string[] = [];
  for (let at = 0; at < sql.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(sql)?.[0];
    if (token === undefined) throw notImitated(sql.slice(at, at + 10));
    tokens.push(token);
    at += token.length;
  }
  return tokens;
}

function notImitated(what: string): SqlError {
  return new SqlError(
    `the local Analytics Engine does not imitate ${JSON.stringify(what)}; it knows ${KEYWORDS.replaceAll("|", ", ")}, and the functions ${FUNCTIONS.replaceAll("|", ", ")}`,
  );
}

function same(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Gives SQLite the functions of Analytics Engine that it lacks; times are seconds since 1970. */
export function defineFunctions(database: DatabaseSync, now: () => number): void {
  database.function("now", () => Math.floor(now() / 1000));
  database.function("todatetime", same);
  database.function("touint32", same);
  database.function("intdiv", (value, by) => Math.trunc(Number(value) / Number(by)));
  // SQLite keeps no list between two rows, so they are gathered as text.
  database.aggregate<string>("quantileexactweighted", {
    start: "",
    // Not with rest parameters: SQLite counts those that are named.
    step: (rows, level, value, weight) =>
      `${rows}[${Number(level)},${Number(value)},${Number(weight)}],`,
    result: (rows) => quantileOf(weighted.parse(JSON.parse(`[${rows.slice(0, -1)}]`))),
  });
}

const weighted = z.array(z.tuple([z.number(), z.number(), z.number()]));

/** Returns the quantile of rows of level, value and weight, as the first value that reaches it. */
function quantileOf(rows: z.output<typeof weighted>): number | null {
  const total = rows.reduce((sum, [, , weight]) => sum + weight, 0);
  let sum = 0;
  for (const [level, value, weight] of rows.toSorted(([, a], [, b]) => a - b)) {
    sum += weight;
    if (sum >= level * total) return value;
  }
  return null;
}
