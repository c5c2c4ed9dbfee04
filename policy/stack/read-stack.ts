/** One stack of a project, or why its file cannot be deployed. */
import { reasonOf } from "../reason.ts";
import { formatProblems } from "../settings/problems.ts";
import type { Project } from "./project.ts";
import { checkStackFile, type Offline } from "./stack.ts";
import { readStackFile, type StackFile } from "./stack-file.ts";

type Refused = Extract<Offline, { readonly ok: false }> & {
  /** The problems as one text, which names the stack or its file. */
  readonly message: string;
};

/** A stack with what its file has, or what is wrong with the file, which may be no stack file at all. */
export type ReadStack =
  | (Extract<Offline, { readonly ok: true }> & { readonly file: StackFile })
  | (Refused & { readonly file: StackFile })
  | (Refused & { readonly file: undefined });

/** Reads one stack of a project. That a file is no stack file at all is one more problem. */
export function readStackOf(project: Project, name: string): ReadStack {
  let file: StackFile;
  try {
    file = readStackFile(project.stacks.get(name) ?? "", project.name);
  } catch (error) {
    const reason = reasonOf(error);
    const problems = [{ path: "", message: `the file is ${reason}` }];
    const message = `Pulumi.${name}.yaml is ${reason}`;
    return { ok: false, problems, environments: [], message, file: undefined };
  }
  const read = checkStackFile(name, file);
  if (read.ok) return { ...read, file };
  return { ...read, file, message: formatProblems(name, read.problems) };
}
