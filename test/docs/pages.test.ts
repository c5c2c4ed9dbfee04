import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { PAGES, withTable } from "../../docs/update.ts";
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
  const table = PAGES["README.md"]();
  const names = [jsonSchemas.legacy, jsonSchemas.observability].flatMap((schema) =>
    Object.entries(schema.properties ?? {}).flatMap(([key, node]) => {
      const inner = Object.keys(node.properties ?? {}).map((child) => `${key}.${child}`);
      return inner.length === 0 ? [key] : inner;
    }),
  );

  expect(names.filter((name) => !table.includes(`| \`${name}\` |`))).toEqual([]);
});

test("every link between the pages leads somewhere", async () => {
  const broken: string[] = [];
  for await (const page of glob(["*.md", "docs/**/*.md"], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      if (!existsSync(join(ROOT, dirname(page), target))) broken.push(`${page}: ${target}`);
    }
  }

  expect(broken).toEqual([]);
});
