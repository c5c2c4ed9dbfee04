/** Prints texts, tables and progress to a terminal. */
import Table from "cli-table3";

import {
  printableJson,
  printableLine,
  printableText,
  workflowLogText,
} from "../../policy/harmless.ts";

/** Prints text that may hold what others wrote: no command prints in another way. */
export function print(text: string): void {
  console.log(harmless(text));
}

/** Prints to stderr what is not a command's result: errors, hints, records of what it wrote. */
export function printError(text: string): void {
  console.error(harmless(text));
}

/** Prints a value as JSON; on one line unless `indent` is given. */
export function printJson(value: unknown, indent?: number): void {
  console.log(printableJson(value, indent));
}

function harmless(text: string): string {
  return process.env["GITHUB_ACTIONS"] === "true" ? workflowLogText(text) : printableText(text);
}

/** Shows the progress of a long task on one line of stderr, if that is a terminal. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${printableLine(text)}\u001B[K`);
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
  /** Whether long cells are kept whole: those of the last column, and texts of this program. */
  readonly isWhole?: boolean;
}

// A name of thousands of characters would push every other column off the screen.
const MAX_CELL = 80;

/** Formats rows as a table without rules, so that lines can be copied, cut and sorted. */
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

/** Returns the gap between a number aligned right and a text aligned left, which would touch. */
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
