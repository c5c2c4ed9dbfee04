/** One stack of a project, or why its file cannot be deployed. */
import { reasonOf } from "../reason.ts";
import { formatProblems } from "../settings/problems.ts";
import type { Project } from "./project.ts";
import { parseStackFile, type Offline } from "./stack.ts";

type Readable = Extract<Offline, { readonly ok: true }>;

/** A stack file that cannot be deployed. */
export type Unreadable = Exclude<Offline, Readable> & {
  /** The problems as one text, which names the stack or its file. */
  readonly message: string;
};

/** Reads one stack of a project. That a file is no stack file at all is one more problem. */
export function readStackOf(project: Project, name: string): Readable | Unreadable {
  try {
    const read = parseStackFile(name, project.stacks.get(name) ?? "", project.name);
    return read.ok ? read : { ...read, message: formatProblems(name, read.problems) };
  } catch (error) {
    const reason = reasonOf(error);
    const problems = [{ path: "", message: `the file is ${reason}` }];
    return { ok: false, problems, environments: [], message: `Pulumi.${name}.yaml is ${reason}` };
  }
}
