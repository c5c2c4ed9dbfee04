import Table from "cli-table3";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

/** A table for a terminal, without rules: every line can be copied, cut and sorted. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ isNumber }) => (isNumber === true ? "right" : "left")),
    chars: NO_RULES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => columns.map(({ cell }) => String(cell(row)))));
  // What an account stores may hold codes that move a terminal's cursor.
  return table
    .toString()
    .replaceAll(/[^\P{Cc}\n]/gu, "�")
    .replaceAll(/ +$/gm, "");
}

const NO_RULES = Object.fromEntries(
  ["top", "bottom", "left", "right"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("mid", "mid-mid", "middle")
    .map((name) => [name, ""]),
);
