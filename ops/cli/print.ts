/** Prints texts, tables and progress to a terminal. */
import Table from "cli-table3";

import { UNPRINTABLE } from "../../policy/words.ts";

/** Makes text printable on one line: each unprintable character is replaced. */
export function printableLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}

/** Makes text printable and keeps its lines and tabs. */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : "�"));
}

/**
 * Formats a value as JSON with unprintable characters as `\u…`; on one line unless `indent` is
 * given.
 */
export function printableJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "null").replaceAll(UNPRINTABLE, (character) =>
    character === "\n" ? character : escape(character),
  );
}

function escape(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Shows the progress of a long task on one line of stderr, if that is a terminal. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001B[K`);
}

/** Removes the progress line. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
}

/** A column of a table for a terminal. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number;
  /** Whether the column is aligned to the right. */
  readonly isNumber?: boolean;
  /** The least width in characters, for rows that are printed later below the first ones. */
  readonly width?: number;
  /** Whether long cells are kept whole, which only the last column can afford. */
  readonly isWhole?: boolean;
}

// A name of thousands of characters would push every other column off the screen.
const MAX_CELL = 80;

/**
 * Formats rows as a table without rules: every row is one line, which can be copied, cut and
 * sorted.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { hasHead = true }: { readonly hasHead?: boolean } = {},
): string {
  const line = (textOf: (column: Column<Row>) => string): string[] =>
    columns.map((column, index) => gapOf(columns, index) + pad(textOf(column), column));
  const table = new Table({
    head: hasHead ? line(({ title }) => title) : [],
    colAligns: columns.map(({ isNumber }) => (isNumber === true ? "right" : "left")),
    chars: NO_RULES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => line(({ cell }) => String(cell(row)))));
  return table.toString().replaceAll(/ +$/gm, "");
}

const NO_RULES = Object.fromEntries(
  ["top", "bottom", "left", "right"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("mid", "mid-mid", "middle")
    .map((name) => [name, ""]),
);

/** Formats rows as a Markdown table; the first row is the head. The caller escapes the cells. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...others] = rows;
  const lines = [head, head.map(() => "---"), ...others];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * Returns a wider gap between a number aligned right and a text aligned left, which would else
 * touch.
 */
function gapOf(columns: readonly Column<never>[], index: number): string {
  const isAfterNumber = columns[index - 1]?.isNumber === true;
  return isAfterNumber && columns[index]?.isNumber !== true ? "  " : "";
}

function pad(
  text: string,
  { width = 0, isNumber = false, isWhole = false }: Omit<Column<never>, "title" | "cell">,
) {
  const line = printableLine(text);
  const cell = line.length > MAX_CELL && !isWhole ? `${line.slice(0, MAX_CELL - 1)}…` : line;
  return isNumber ? cell.padStart(width) : cell.padEnd(width);
}
