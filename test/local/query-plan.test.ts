/** What SQLite says it will do: a list is read off an index, however many logs there are. */
import { DatabaseSync } from "node:sqlite";

import { expect, test } from "vitest";

import { orderOf, whereOf, type Filter } from "../../local/logs/query.ts";
import { clauseOf } from "../../local/logs/selection.ts";
import { LOG_COLUMNS, LOGS_WITH_BODIES, prepareTables } from "../../local/logs/tables.ts";

test.each([
  ["logs", [], "logs_by_time (gateway=?)"],
  ["logs of a model", [is("model", "@cf/a/b")], "logs_by_model (gateway=? AND model=?)"],
  ["failures", [is("success", 0)], "logs_failed (gateway=?)"],
  ["successes", [is("success", 1)], "logs_by_time (gateway=?)"],
])("the newest %s are read off an index, and not sorted", (_, filters, index) => {
  const query = { gateway: "app", filters };

  const plan = explain(whereOf(query).sql, orderOf(query));

  expect(plan).toEqual([`SEARCH logs USING INDEX ${index}`, BODIES]);
});

test.each([
  [undefined, "logs_by_time"],
  [[200, 299], "logs_by_time"],
  [[400, 499], "logs_failed"],
] as const)("the page reads the statuses %j off an index, and does not sort", (statuses, index) => {
  const selection = { query: { gateway: "app", filters: [] }, from: 0, statuses };

  const plan = explain(clauseOf(selection).sql, "created_at DESC, seq DESC");

  expect(plan).toEqual([`SEARCH logs USING INDEX ${index} (gateway=? AND created_at>?)`, BODIES]);
});

const BODIES = "SEARCH bodies USING PRIMARY KEY (log=?) LEFT-JOIN";

function explain(where: string, order: string): string[] {
  const database = new DatabaseSync(":memory:");
  prepareTables(database);
  return database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT ${LOG_COLUMNS} FROM ${LOGS_WITH_BODIES} WHERE ${where} ORDER BY ${order} LIMIT ?`,
    )
    .all()
    .map(({ detail }) => String(detail));
}

function is(key: Filter["key"], value: string | number): Filter {
  return { key, operator: "eq", values: [value] };
}
