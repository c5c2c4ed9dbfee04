/** Explains why a file or a folder that a command was given cannot be read or written. */
import { reasonOf } from "../../policy/reason.ts";
import { CommandError } from "./errors.ts";

// https://nodejs.org/api/errors.html#common-system-errors
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["EEXIST", "there is a file already"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a file stands where a folder is needed"],
  ["EACCES", "this user may not do that"],
  ["EPERM", "this user may not do that"],
  ["EROFS", "nothing can be written there"],
  ["ENOSPC", "the disk is full"],
  ["ENAMETOOLONG", "its name is too long"],
]);

/** Returns the reason of a failure of the file system, without its path. */
export function reasonOfFile(error: unknown): string {
  return REASONS.get(Object(error).code) ?? reasonOf(error);
}

/**
 * Converts a failure of the file system that nothing explained to a CommandError with its path.
 * Returns undefined for every other error.
 */
export function explainFileError(error: unknown): CommandError | undefined {
  const { code, path }: { readonly code?: unknown; readonly path?: unknown } = Object(error);
  if (typeof path !== "string" || !REASONS.has(code)) return undefined;
  return new CommandError(`${JSON.stringify(path)} cannot be used: ${reasonOfFile(error)}`);
}
