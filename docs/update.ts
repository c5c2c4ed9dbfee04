/**
 * Runs `npm run docs`: writes the generated parts of the pages anew. A test compares them, so that
 * they stay true.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { settingsTable } from "../policy/settings/settings-table.ts";
import { editorSchema } from "../policy/settings/editor-schema.ts";
import { failuresTable } from "./failures-table.ts";
import { type Generated, runGenerator } from "./generated.ts";
import { metricsTable } from "./metrics-table.ts";
import { generatePolicyPages } from "./policy-pages.ts";
import { protocolTable } from "./protocol-table.ts";
import { rulesTable } from "./rules-table.ts";
import { formatsTable } from "./formats-table.ts";

/** The pages with a generated part, which stands between two marks. */
export const PAGES = {
  "docs/settings.md": settingsTable,
  "docs/failures.md": failuresTable,
  "docs/metrics.md": metricsTable,
  "docs/protocol.md": protocolTable,
  "docs/rules.md": rulesTable,
  "docs/operate.md": formatsTable,
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

/** Makes every generated page and file, by path, those of `npm run policy` included. */
async function generateAll(project: string): Promise<Generated> {
  const files = new Map<string, string | undefined>(await generatePolicyPages(project));
  for (const [name, table] of Object.entries(PAGES)) {
    files.set(name, withTable(await readFile(join(project, name), "utf8"), table()));
  }
  return files.set(EDITOR_SCHEMA, editorSchemaText());
}

if (import.meta.main) process.exitCode = await runGenerator("docs", generateAll);
