/** The stack files of a folder, as data. */
import { readEvidence, readPage, readProjectFiles } from "../../infra/project-files.ts";
import type { Evidence } from "../../policy/evidence/evidence.ts";
import { quote } from "../../policy/looks-secret.ts";
import { readProject, type Project } from "../../policy/stack/project.ts";
import { readStackOf } from "../../policy/stack/read-stack.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { reasonOf } from "../../policy/reason.ts";
import { CommandError, UsageError } from "./errors.ts";
import { explainFileError } from "./file-errors.ts";

/** Reads what Pulumi may read of a folder. Throws a CommandError where a file is a link. */
export function readFiles(folder: string): Project {
  return orCommandError(() => readProject(readProjectFiles(folder)));
}

/** Reads the evidence of a folder. Throws a CommandError where it cannot be read. */
export function readEvidenceOf(folder: string): readonly Evidence[] {
  return orCommandError(() => readEvidence(folder));
}

/** Reads the policy page of a stack. Throws a CommandError where it cannot be read. */
export function readPageOf(folder: string, stack: string): string | undefined {
  return orCommandError(() => readPage(folder, stack));
}

function orCommandError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw explainFileError(error) ?? new CommandError(reasonOf(error));
  }
}

/** Reads every stack of a folder that could be deployed, and names those that could not. */
export function readStacks(folder: string): {
  readonly stacks: readonly Stack[];
  readonly unreadable: readonly string[];
} {
  const stacks: Stack[] = [];
  const unreadable: string[] = [];
  const project = readFiles(folder);
  for (const name of project.stacks.keys()) {
    const read = readStackOf(project, name);
    if (read.ok) stacks.push(read.stack);
    else unreadable.push(name);
  }
  return { stacks, unreadable };
}

/** Refuses names that are no stack of the project, with a UsageError that lists them. */
export function checkStacks(wanted: readonly string[], names: readonly string[]): void {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const which = unknown.map(quote).join(" and ");
  throw new UsageError(`--stack is ${which}; the project has ${names.join(", ") || "none"}`);
}

/** Reads one stack, with stand-ins for secrets. Throws a CommandError with every problem. */
export function readStack(name: string | undefined): Stack {
  const project = readFiles(process.cwd());
  const names = [...project.stacks.keys()];
  if (!name) {
    throw new UsageError(`--stack is missing; the project has ${names.join(", ") || "none"}`);
  }
  checkStacks([name], names);
  const read = readStackOf(project, name);
  if (read.ok) return read.stack;
  throw new CommandError(read.message);
}
