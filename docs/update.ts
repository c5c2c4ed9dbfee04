/** `npm run docs`: writes the generated parts of the pages anew. A test compares them, so that they stay true. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { settingsTable } from "../policy/settings-table.ts";
import { failuresTable } from "./failures-table.ts";

/** The pages with a generated part, which stands between two marks. */
export const PAGES = {
  "README.md": settingsTable,
  "docs/failures.md": failuresTable,
} as const;

/** A page as it should be. */
export function withTable(page: string, table: string): string {
  return page.replace(
    /(?<=<!-- made by npm run docs -->\n)[^]*?(?=<!-- end -->)/,
    () => `\n${table}\n\n`,
  );
}

if (import.meta.main) {
  for (const [name, table] of Object.entries(PAGES)) {
    const file = join(import.meta.dirname, "..", name);
    await writeFile(file, withTable(await readFile(file, "utf8"), table()));
  }
}
