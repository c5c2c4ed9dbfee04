/**
 * Runs `npm run policy`: writes docs/policy/<stack>.md for every stack file, and removes the pages
 * of stacks that are gone.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readEvidence } from "../infra/project-files.ts";
import { readStackFiles } from "../infra/project-files.ts";
import { parseStackFile } from "../policy/stack/stack.ts";
import { formatProblems } from "../policy/settings/problems.ts";
import { workflowLogText } from "../policy/harmless.ts";
import { toPage } from "../policy/statement/page.ts";
import { stateStack } from "../policy/statement/statement.ts";

/**
 * Makes the page of every stack file, by the page's file name. Throws with every problem of the
 * evidence, or of every stack file that cannot be stated.
 */
export async function policyPages(folder: string): Promise<ReadonlyMap<string, string>> {
  const evidence = readEvidence(folder);
  const pages: [string, string][] = [];
  const problems: string[] = [];
  for (const [name, text] of readStackFiles(folder)) {
    const read = parseStackFile(name, text);
    if (!read.ok) problems.push(formatProblems(name, read.problems));
    else pages.push([`${name}.md`, toPage(name, await stateStack(read.stack, evidence))]);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return new Map(pages);
}

/**
 * Writes the pages of the project's stacks, removes all others, and returns the paths of those
 * written.
 */
export async function writePolicyPages(project: string): Promise<readonly string[]> {
  const pages = await policyPages(project);
  const folder = join(project, "docs/policy");
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) {
    if (!pages.has(file)) await rm(join(folder, file));
  }
  for (const [file, text] of pages) await writeFile(join(folder, file), text);
  return [...pages.keys()].map((file) => `docs/policy/${file}`);
}

if (import.meta.main) {
  try {
    console.log(`wrote ${(await writePolicyPages(join(import.meta.dirname, ".."))).join(", ")}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(workflowLogText(`error: ${reason}`));
    process.exitCode = 1;
  }
}
