/** The files of a project's folder that settings, statements and reviews are made of, as data. */
import { readdirSync, readFileSync, realpathSync, type Dirent } from "node:fs";
import { join } from "node:path";

import { parseEvidence, type Evidence } from "../policy/evidence/evidence.ts";
import { isPulumiFile, readProject, type ProjectFiles } from "../policy/stack/project.ts";
import type { Content } from "../policy/stack/yaml.ts";

/** Where `npm run probe` and `npm run verify` leave what they saw, in the project's folder. */
export const EVIDENCE_FOLDER = "docs/evidence";

/** Where `npm run policy` writes the page of each stack, in the project's folder. */
export const PAGES_FOLDER = "docs/policy";

/**
 * Reads every file of a folder that Pulumi may read. Throws where one is no regular file: a link in a stranger's pull
 * request could name any file of the machine that reviews it.
 */
export function readProjectFiles(folder: string): ProjectFiles {
  const entries = readdirSync(folder, { withFileTypes: true });
  const found = entries.filter(({ name }) => isPulumiFile(name));
  return new Map(found.map((entry) => [entry.name, readRegular(folder, entry, "a stack file")]));
}

/** Reads the stack files of a folder: stack name → file, by name. Throws as readProjectFiles does. */
export function readStackFiles(folder: string): ReadonlyMap<string, Content> {
  return readProject(readProjectFiles(folder)).stacks;
}

/** Reads the policy page of a stack; undefined where there is none. */
export function readPage(project: string, stack: string): string | undefined {
  const entry = listFolder(project, PAGES_FOLDER).find(({ name }) => name === `${stack}.md`);
  if (entry === undefined) return undefined;
  return readRegular(join(project, PAGES_FOLDER), entry, "a policy page").toString();
}

/**
 * Reads the evidence of a project; none where it has no such folder. Throws with every problem of every file, and where
 * one is no regular file, or a folder on the way no folder.
 */
export function readEvidence(project: string): readonly Evidence[] {
  const entries = listFolder(project, EVIDENCE_FOLDER).filter(({ name }) => name.endsWith(".json"));
  const texts = entries.map((entry) => {
    const bytes = readRegular(join(project, EVIDENCE_FOLDER), entry, "evidence");
    return [`${EVIDENCE_FOLDER}/${entry.name}`, bytes.toString()] as const;
  });
  const read = parseEvidence(new Map(texts));
  if (read.ok) return read.evidence;
  const problems = read.problems.map((problem) => `  ${problem}`);
  throw new Error(`evidence cannot be read:\n${problems.join("\n")}`);
}

function listFolder(project: string, name: string): readonly Dirent[] {
  const folder = join(project, name);
  try {
    if (realpathSync(folder) !== join(realpathSync(project), name)) {
      throw new Error(`${name} is reached by a link; it is a folder of the project`);
    }
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    if (Object(error).code === "ENOENT") return [];
    throw error;
  }
}

function readRegular(folder: string, entry: Dirent, what: string): Buffer {
  if (!entry.isFile()) throw new Error(`${entry.name} is a link or a folder; ${what} is a file`);
  return readFileSync(join(folder, entry.name));
}
