/** The stack files of a folder, as data. */
import { readStackFiles } from "../../infra/stack-files.ts";
import { parseStackFile, type Offline, type Stack } from "../../policy/stack/stack.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { CommandError, WordsError } from "./define-command.ts";

/** Stack name → text. Throws a CommandError where a file is a link. */
export function readTexts(folder: string): ReadonlyMap<string, string> {
  try {
    return readStackFiles(folder);
  } catch (error) {
    throw new CommandError(reasonOf(error));
  }
}

/** Every stack of the folder that could be deployed, and the names of those that could not. */
export function readStacks(folder: string): {
  readonly stacks: readonly Stack[];
  readonly unreadable: readonly string[];
} {
  const stacks: Stack[] = [];
  const unreadable: string[] = [];
  for (const [name, text] of readTexts(folder)) {
    const stack = readIfGood(name, text);
    if (stack === undefined) unreadable.push(name);
    else stacks.push(stack);
  }
  return { stacks, unreadable };
}

/** Throws a WordsError that names each of `--stack`, where it may be repeated, that is not there. */
export function checkStacks(wanted: readonly string[], names: readonly string[]): void {
  const unknown = wanted
    .filter((name) => !names.includes(name))
    .map((name) => JSON.stringify(name));
  if (unknown.length === 0) return;
  throw new WordsError(
    `--stack is ${unknown.join(" and ")}; the project has ${names.join(", ") || "none"}`,
  );
}

/** One stack's settings; secrets are stand-ins. Throws a CommandError with every problem of the file. */
export function readStack(name: string | undefined, folder: string): Stack {
  const texts = readTexts(folder);
  const names = [...texts.keys()].join(", ") || "none";
  if (name === undefined) throw new WordsError(`--stack is missing; the project has ${names}`);
  const text = texts.get(name);
  if (text === undefined) {
    throw new WordsError(`--stack is ${JSON.stringify(name)}; the project has ${names}`);
  }
  const read = parse(name, text);
  if (read.ok) return read.stack;
  throw new CommandError(formatProblems(name, read.problems));
}

function readIfGood(name: string, text: string): Stack | undefined {
  try {
    const read = parseStackFile(name, text);
    return read.ok ? read.stack : undefined;
  } catch {
    return undefined;
  }
}

function parse(name: string, text: string): Offline {
  try {
    return parseStackFile(name, text);
  } catch (error) {
    throw new CommandError(`Pulumi.${name}.yaml is ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
