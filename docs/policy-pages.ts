/**
 * Runs `npm run policy`: writes docs/policy/<stack>.md for every stack file, and removes the pages
 * of stacks that are gone.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { readEvidence, readProjectFiles } from "../infra/project-files.ts";
import { formatProblem } from "../policy/settings/problems.ts";
import { readProject } from "../policy/stack/project.ts";
import { readStackOf } from "../policy/stack/read-stack.ts";
import { toPage } from "../policy/statement/page.ts";
import { stateStack } from "../policy/statement/statement.ts";
import { type Generated, runGenerator, writeFiles } from "./generated.ts";

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

/** Writes the pages of the project's stacks, and removes all others. */
export async function writePolicyPages(project: string): Promise<void> {
  await writeFiles(project, await generatePolicyPages(project));
}

/** Makes the pages of the project's stacks, by path; those of stacks that are gone have no text. */
export async function generatePolicyPages(project: string): Promise<Generated> {
  const pages = await policyPages(project);
  const gone = await readdir(join(project, FOLDER)).catch(() => []);
  return new Map([
    ...gone.map((file): [string, undefined] => [`${FOLDER}/${file}`, undefined]),
    ...Array.from(pages, ([file, text]): [string, string] => [`${FOLDER}/${file}`, text]),
  ]);
}

const FOLDER = "docs/policy";

if (import.meta.main) process.exitCode = await runGenerator("policy", generatePolicyPages);
