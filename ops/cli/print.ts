/** What goes to a terminal: texts, tables and progress. */
import Table from "cli-table3";

import { UNPRINTABLE } from "../../policy/words.ts";

/** Makes text printable on one line. */
export function printableLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}

/** Makes text printable with its lines and tabs. */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : "�"));
}

/** Writes JSON of the same meaning, with those characters as `\u…`; on one line unless indented. */
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

/** Shows on one line of stderr how far a long work is; nothing where stderr is no terminal. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001B[K`);
}

/** Takes the line away again. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Characters that it takes at least: for rows that come later, and must stand below the first. */
  readonly width?: number;
  /** It is never cut: the last column pushes nothing aside. */
  readonly isWhole?: boolean;
}

// A name of thousands of characters would push every other column off the screen.
const MAX_CELL = 80;

/** Makes a table without rules: every row is one line, which can be copied, cut and sorted. */
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

/** Makes a Markdown table; its first row is the head. Cells are escaped by who knows what is in them. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...others] = rows;
  const lines = [head, head.map(() => "---"), ...others];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A number at the right and a text at the left would stand close together. */
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
