/** What `npm run probe` and `npm run verify` saw, for everything that prints a statement. The program itself reads none of it. */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

import { parseEvidence, type Evidence } from "../policy/evidence/evidence.ts";

/** In the project's folder. */
export const EVIDENCE_FOLDER = "docs/evidence";

/**
 * The evidence of a project; none where it has no such folder. Throws with every problem of every file, and where one
 * is no regular file, or a folder on the way no folder: a link in a stranger's pull request could name any file of the
 * machine that reviews it.
 */
export function readEvidence(project: string): readonly Evidence[] {
  const files = new Map<string, string>();
  for (const entry of listFolder(project)) {
    if (!entry.name.endsWith(".json")) continue;
    const file = `${EVIDENCE_FOLDER}/${entry.name}`;
    if (!entry.isFile()) throw new Error(`${file} is a link or a folder; evidence is a file`);
    files.set(file, readFileSync(join(project, file), "utf8"));
  }
  const read = parseEvidence(files);
  if (read.ok) return read.evidence;
  throw new Error(`evidence cannot be read:\n${read.problems.map(indent).join("\n")}`);
}

function listFolder(project: string) {
  const folder = join(project, EVIDENCE_FOLDER);
  try {
    if (realpathSync(folder) !== join(realpathSync(project), EVIDENCE_FOLDER)) {
      throw new Error(`${EVIDENCE_FOLDER} is reached by a link; evidence is in a folder`);
    }
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    if (Object(error).code === "ENOENT") return [];
    throw error;
  }
}

function indent(problem: string): string {
  return `  ${problem}`;
}
