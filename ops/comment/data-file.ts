import { lstat, readFile } from "node:fs/promises";

import type { z } from "zod";

import { printableLine } from "../../policy/harmless.ts";
import { CommandError } from "../cli/errors.ts";
import { parseJson } from "../../policy/json.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a JSON file of another job. Returns undefined where there is none. Throws a CommandError,
 * which repeats nothing of the file, where it is a link, too large, no JSON or of another shape: its
 * author may be a stranger.
 */
export async function readData<Shape extends z.ZodType>(
  file: string,
  shape: Shape,
): Promise<z.output<Shape> | undefined> {
  const stats = await lstat(file).catch(() => undefined);
  if (stats === undefined) return undefined;
  const name = printableLine(file);
  if (!stats.isFile()) throw new CommandError(`${name} is a link or a folder; it must be a file`);
  if (stats.size > MAX_BYTES) {
    throw new CommandError(`${name} has ${stats.size} bytes; at most ${MAX_BYTES} are read`);
  }
  const read = shape.safeParse(parseJson(await readFile(file, "utf8")));
  if (read.success) return read.data;
  const places = read.error.issues.map(({ path }) => path.join(".") || "the whole").slice(0, 3);
  throw new CommandError(`${name} is not of the expected shape at ${printableLine(places.join())}`);
}
