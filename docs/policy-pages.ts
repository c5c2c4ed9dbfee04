/** `npm run policy`: writes docs/policy/<stack>.md for every stack file, and removes the pages of stacks that are gone. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readStackFiles } from "../infra/stack-files.ts";
import { parseStackFile } from "../policy/offline.ts";
import { formatProblems } from "../policy/problems.ts";
import { toPage } from "../policy/render.ts";
import { stateStack } from "../policy/statement.ts";

/** File name → text. Throws with every problem of a stack file that cannot be stated. */
export async function policyPages(folder: string): Promise<ReadonlyMap<string, string>> {
  const pages = [...readStackFiles(folder)].map(async ([name, text]) => {
    const read = parseStackFile(name, text);
    if (!read.ok) throw new Error(formatProblems(name, read.problems));
    const statement = await stateStack(read.stack.settings);
    return [`${name}.md`, toPage(name, statement)] as const;
  });
  return new Map(await Promise.all(pages));
}

export async function writePolicyPages(project: string): Promise<void> {
  const pages = await policyPages(project);
  const folder = join(project, "docs/policy");
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) {
    if (!pages.has(file)) await rm(join(folder, file));
  }
  for (const [file, text] of pages) await writeFile(join(folder, file), text);
}

if (import.meta.main) {
  await writePolicyPages(join(import.meta.dirname, "..")).catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
