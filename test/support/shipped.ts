/**
 * Checks what must hold of a project's own stack files, whatever they declare: every name and value
 * is taken from them. The suite runs it on the stack files of this project and on generated ones,
 * since whoever forks it edits them first.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { policyPages } from "../../docs/policy-pages.ts";
import { readStackFiles } from "../../infra/project-files.ts";
import { check, describeFinding } from "../../policy/rules/rules.ts";
import { formatProblem, formatProblems } from "../../policy/settings/problems.ts";
import { parseStackFile, type Stack } from "../../policy/stack/stack.ts";
import { openInEditor } from "./editor.ts";
import { readWorkflows } from "./workflows.ts";

/** Lists what is wrong with the stack files of a project, one text each; none where all is well. */
export type Check = (project: string) => Promise<readonly string[]>;

/** The checks that only read, by the promise that each keeps. */
export const CHECKS: readonly (readonly [string, Check])[] = [
  ["every stack file can be deployed", findInvalid],
  ["no stack breaks a rule that stops its deploy", findBroken],
  ["each stack file has its page, as it would be made now (npm run policy)", findStale],
  ["an editor marks nothing in a stack file", findMarked],
  ["every stack is previewed, deployed and watched", findUnnamed],
];

async function findInvalid(project: string): Promise<readonly string[]> {
  const stacks = [...readStackFiles(project)];
  if (stacks.length === 0) return ["there is no stack file"];
  return stacks.flatMap(([name, text]) => {
    const read = parseStackFile(name, text);
    return read.ok ? [] : [formatProblems(name, read.problems)];
  });
}

async function findBroken(project: string): Promise<readonly string[]> {
  const stacks = readStacks(project);
  const today = new Date().toISOString().slice(0, 10);
  return stacks.flatMap((stack) =>
    check(stack, { others: stacks.filter((other) => other !== stack), today })
      .filter(({ severity }) => severity === "error")
      .map((finding) => `${stack.name}: ${formatProblem(describeFinding(finding))}`),
  );
}

/** Reads the stacks whose files are valid. */
function readStacks(project: string): readonly Stack[] {
  return [...readStackFiles(project)].flatMap(([name, text]) => {
    const read = parseStackFile(name, text);
    return read.ok ? [read.stack] : [];
  });
}

async function findStale(project: string): Promise<readonly string[]> {
  const pages = await policyPages(project);
  const folder = join(project, "docs/policy");
  const files = await readdir(folder);
  const wrong = files.filter((file) => !pages.has(file)).map((file) => `${file} has no stack file`);
  for (const [file, text] of pages) {
    if (!files.includes(file)) wrong.push(`${file} is missing`);
    else if ((await readFile(join(folder, file), "utf8")) !== text) wrong.push(`${file} is old`);
  }
  return wrong;
}

async function findMarked(project: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [name, text] of readStackFiles(project)) {
    const marks = await openInEditor(Buffer.from(text).toString()).marks();
    wrong.push(...marks.map((mark) => `Pulumi.${name}.yaml:${mark}`));
  }
  return wrong;
}

async function findUnnamed(project: string): Promise<readonly string[]> {
  const stacks = [...readStackFiles(project).keys()].toSorted();
  const workflows = await readWorkflows(project);
  const deploys = Object.values(workflows["deploy.yml"]?.jobs ?? {});
  const named = {
    "preview.yml": workflows["preview.yml"]?.jobs["preview"]?.strategy?.matrix.stack ?? [],
    "drift.yml": workflows["drift.yml"]?.jobs["look"]?.strategy?.matrix.stack ?? [],
    "deploy.yml": deploys.map((job) => String(job.with["stack"])),
  };
  const wrong = Object.entries(named)
    .filter(([, names]) => names.toSorted().join() !== stacks.join())
    .map(
      ([file, names]) => `${file} has ${names.join(", ")}; the project has ${stacks.join(", ")}`,
    );
  const atOnce = deploys.slice(1).filter(({ needs }) => needs === undefined);
  return [
    ...wrong,
    ...atOnce.map((job) => `deploy.yml: ${String(job.with["stack"])} waits for none`),
  ];
}
