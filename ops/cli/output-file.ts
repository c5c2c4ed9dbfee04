/** Writes the file that a command leaves when its work is over. */
import { mkdir, open, rm, writeFile } from "node:fs/promises";

import { CommandError } from "./errors.ts";
import { reasonOfFile } from "./file-errors.ts";

/**
 * Checks in advance that `writeOutput` can succeed, throws what it would throw, and leaves nothing
 * behind: an existing file stays as it is, and a new one is removed again. `option` is the argument
 * that named the file, such as `--record`.
 */
export async function requireWritable(option: string, file: string): Promise<void> {
  try {
    const isNew = await tryOpen(file, "wx");
    if (isNew) await rm(file);
    else await tryOpen(file, "a");
  } catch (error) {
    throw cannotWrite(option, file, error);
  }
}

/** Writes the file. Throws a CommandError that names the option and the reason. */
export async function writeOutput(option: string, file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw cannotWrite(option, file, error);
  });
}

/** Makes a folder, and returns the outermost one that it made. */
export function makeFolder(option: string, folder: string): Promise<string | undefined> {
  return mkdir(folder, { recursive: true }).catch((error: unknown) => {
    const where = `${option} is ${JSON.stringify(folder)}`;
    throw new CommandError(`${where} and cannot be made: ${reasonOfFile(error)}`);
  });
}

/** Opens and closes a file. Returns false where it exists and the flag refuses that. */
async function tryOpen(file: string, flag: "wx" | "a"): Promise<boolean> {
  try {
    await (await open(file, flag)).close();
    return true;
  } catch (error) {
    if (Object(error).code === "EEXIST") return false;
    throw error;
  }
}

function cannotWrite(option: string, file: string, error: unknown): CommandError {
  const where = `${option} is ${JSON.stringify(file)}`;
  return new CommandError(`${where} and cannot be written: ${reasonOfFile(error)}`);
}
