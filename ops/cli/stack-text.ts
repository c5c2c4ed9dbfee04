/** Reads and writes one stack file as text, for the commands that change it. */
import { lstat, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

import { showKey } from "../../policy/looks-secret.ts";
import { invalidValue, requireOption } from "./arguments.ts";
import { CommandError } from "./errors.ts";
import { reasonOfFile } from "./file-errors.ts";

/** Returns the name of the file of the stack that an option names. */
export function parseStackFile(value: string | undefined): string {
  const stack = requireOption("--stack", value, "the stack whose file is changed");
  if (/^[\w.-]+$/.test(stack)) return `Pulumi.${stack}.yaml`;
  throw invalidValue("--stack", stack, "is the name of a stack");
}

/** Reads a stack file. Throws a CommandError where it is no file. */
export async function readStackText(file: string): Promise<string> {
  const shown = showKey(file);
  const found = await lstat(resolve(file)).catch(() => undefined);
  if (found === undefined) {
    throw new CommandError(
      `${shown} is not here; copy another stack's file, or choose a stack that has one`,
    );
  }
  if (!found.isFile())
    throw new CommandError(`${shown} is a link or a folder; a stack file is a file`);
  return readFile(resolve(file), "utf8");
}

/** Writes a stack file. Throws a CommandError that goes on where the file was named. */
export async function writeStackText(file: string, text: string): Promise<void> {
  await writeFile(resolve(file), text).catch((error: unknown) => {
    throw new CommandError(`cannot be written: ${reasonOfFile(error)}`);
  });
}

/** Changes a stack file; a CommandError of the change goes on where the file is named. */
export async function aboutFile<T>(file: string, change: () => T | Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`${file} ${error.message}`) : error;
  }
}
