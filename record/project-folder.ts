/** A project's folder whose reviewed stack file is the configuration that a recording hands over. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { printableJson } from "../policy/harmless.ts";
import { hideSecrets, parseStackFile } from "../policy/stack/stack.ts";
import type { ProjectFiles } from "../policy/stack/project.ts";
import { toPage } from "../policy/statement/page.ts";
import { stateStack } from "../policy/statement/statement.ts";

const NAMESPACE = "ai-gateway:";

export interface ProjectFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Writes the stack's file and its page, beside other files of the project. */
export async function makeProjectFolder(
  stack: string,
  config: Readonly<Record<string, string>>,
  others: ProjectFiles = new Map(),
): Promise<ProjectFolder> {
  const path = mkdtempSync(join(tmpdir(), "recorded-"));
  for (const [name, content] of others) writeFileSync(join(path, name), content);
  await writeStack(path, stack, config);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes a configuration as the stack file of a project, and its policy page. */
export async function writeStack(
  path: string,
  stack: string,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const text = toStackFile(config);
  writeFileSync(join(path, `Pulumi.${stack}.yaml`), text);
  const read = parseStackFile(stack, text);
  if (read.ok) {
    const folder = join(path, "docs/policy");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${stack}.md`), toPage(stack, await stateStack(read.stack)));
  }
}

/** Writes JSON, which is YAML: a text in quotes is that text to every reader. */
function toStackFile(config: Readonly<Record<string, string>>): string {
  const own = Object.entries(config).flatMap(([key, text]) =>
    key.startsWith(NAMESPACE) ? [[key.slice(NAMESPACE.length), text] as const] : [],
  );
  const others = Object.entries(config).filter(([key]) => !key.startsWith(NAMESPACE));
  const hidden = Object.entries(hideSecrets(Object.fromEntries(own)));
  const named = hidden.map(([key, text]) => [NAMESPACE + key, text] as const);
  return printableJson({ config: Object.fromEntries([...named, ...others]) });
}
