/**
 * Runs `npm run docs`: writes the generated parts of the pages anew. A test compares them, so that
 * they stay true.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { settingsTable } from "../policy/settings/settings-table.ts";
import { editorSchema } from "../policy/settings/editor-schema.ts";
import { failuresTable } from "./failures-table.ts";
import { metricsTable } from "./metrics-table.ts";
import { writePolicyPages } from "./policy-pages.ts";
import { protocolTable } from "./protocol-table.ts";
import { rulesTable } from "./rules-table.ts";
import { wiresTable } from "./wires-table.ts";

/** The pages with a generated part, which stands between two marks. */
export const PAGES = {
  "docs/settings.md": settingsTable,
  "docs/failures.md": failuresTable,
  "docs/metrics.md": metricsTable,
  "docs/protocol.md": protocolTable,
  "docs/rules.md": rulesTable,
  "docs/operate.md": wiresTable,
} as const;

/** Returns the page with the given table between its marks. */
export function withTable(page: string, table: string): string {
  return page.replace(
    /(?<=<!-- made by npm run docs -->\n)[^]*?(?=<!-- end -->)/,
    () => `\n${table}\n\n`,
  );
}

/** The file of the editors' schema, which the first line of every stack file names. */
export const EDITOR_SCHEMA = "policy/stack-file.schema.json";

/** Formats the schema of stack files, which editors read. */
export function editorSchemaText(): string {
  return `${JSON.stringify(editorSchema(), null, 2)}\n`;
}

if (import.meta.main) {
  const project = join(import.meta.dirname, "..");
  for (const [name, table] of Object.entries(PAGES)) {
    const file = join(project, name);
    await writeFile(file, withTable(await readFile(file, "utf8"), table()));
  }
  await writeFile(join(project, EDITOR_SCHEMA), editorSchemaText());
  await writePolicyPages(project);
}
