/**
 * Runs `npm run policy`: writes docs/policy/<stack>.md for every stack file, and removes the pages
 * of stacks that are gone.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readEvidence, readProjectFiles } from "../infra/project-files.ts";
import { reasonOf } from "../policy/reason.ts";
import { formatProblem } from "../policy/settings/problems.ts";
import { readProject } from "../policy/stack/project.ts";
import { readStackOf } from "../policy/stack/read-stack.ts";
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
  const project = readProject(readProjectFiles(folder));
  const problems = project.problems.map(formatProblem);
  for (const name of project.stacks.keys()) {
    const read = readStackOf(project, name);
    if (!read.ok) problems.push(read.message);
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
    console.error(workflowLogText(`error: ${reasonOf(error)}`));
    process.exitCode = 1;
  }
}
