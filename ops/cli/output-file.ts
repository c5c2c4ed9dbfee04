/** A file that a command writes when its work is over. */
import { open, rm, writeFile } from "node:fs/promises";

import { CommandError, reasonOf } from "./errors.ts";

/**
 * Throws now what `writeOutput` would throw after the work. It leaves nothing behind: a file that exists stays as it is, one that
 * does not exist is not there afterwards either. `option` is the word that named the file: `--record`.
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

export async function writeOutput(option: string, file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw cannotWrite(option, file, error);
  });
}

/** Returns false where the file exists, and the flag refuses that. */
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
  return new CommandError(`${where} and cannot be written: ${reasonOf(error)}`);
}
