import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { PAGES, withTable } from "../../docs/update.ts";
import { REACHES } from "../../policy/settings/reaches.ts";
import { jsonSchemas } from "../../policy/settings/schema.ts";
import { ROOT } from "../support/settings.ts";

test.each(Object.entries(PAGES))(
  "the table of %s is the code's (npm run docs)",
  async (name, table) => {
    const page = await readFile(join(ROOT, name), "utf8");

    expect(page).toContain("<!-- made by npm run docs -->");
    expect(page).toBe(withTable(page, table()));
  },
);

test("the table of settings leaves none out", () => {
  const table = PAGES["docs/settings.md"]();
  const names = [jsonSchemas.legacy, jsonSchemas.observability].flatMap((schema) =>
    Object.entries(schema.properties ?? {}).flatMap(([key, node]) => {
      const inner = Object.keys(node.properties ?? {}).map((child) => `${key}.${child}`);
      return inner.length === 0 ? [key] : inner;
    }),
  );

  expect(names.filter((name) => !table.includes(`| \`${name}\` |`))).toEqual([]);
});

test("the page about worker.allow has every name of it, as a policy page states it", async () => {
  const page = await readFile(join(ROOT, "docs/operate.md"), "utf8");

  const rows = Object.entries(REACHES).map(([name, { does }]) => `| \`${name}\` | ${does} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
});
