import { expect, test } from "vitest";

import { parseLog } from "../../ops/look/logs.ts";
import { logsText } from "../../ops/logs/render.ts";
import { formatTable } from "../../ops/cli/print.ts";

test("a long cell is cut, so that the next column stays in sight, but not one that nothing follows", () => {
  const rows = [{ text: "x".repeat(100) }];
  const cell = ({ text }: { readonly text: string }) => text;

  const cut = formatTable(rows, [{ title: "a", cell }], { hasHead: false });
  const whole = formatTable(rows, [{ title: "a", cell, isWhole: true }], { hasHead: false });

  expect(cut).toBe(`${"x".repeat(79)}…`);
  expect(whole).toBe("x".repeat(100));
});

test("a text after a number stands further from it than two numbers from each other", () => {
  const columns = [
    { title: "in", cell: () => 1, isNumber: true },
    { title: "cost", cell: () => 2, isNumber: true },
    { title: "cached", cell: () => "no" },
  ];

  expect(formatTable([{}], columns).split("\n")).toEqual(["in  cost    cached", " 1     2    no"]);
});

test("a log that comes later stands below the columns of the first", () => {
  const log = parseLog(LOG);

  const [, first] = logsText([log]).split("\n");

  expect(logsText([log], false)).toBe(first);
});

const LOG = {
  id: "one",
  created_at: "2026-11-22T12:00:00Z",
  provider: "workers-ai",
  model: "@cf/a/b",
  status_code: 200,
  success: true,
  cached: false,
  duration: 1,
  tokens_in: 1,
  tokens_out: 2,
  cost: 0.001,
  metadata: {},
};
