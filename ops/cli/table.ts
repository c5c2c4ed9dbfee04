import Table from "cli-table3";

import { printableLine } from "./printable.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Characters that it takes at least: for rows that come later, and must stand below the first. */
  readonly width?: number;
  /** Of the last column, which pushes nothing aside: never cut. */
  readonly isWhole?: boolean;
}

// A name of thousands of characters would push every other column off the screen.
const MAX_CELL = 80;

/** A table for a terminal, without rules: every row is one line, which can be copied, cut and sorted. */
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
