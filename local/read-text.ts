import { readFileSync } from "node:fs";

/** Reads a file at once, not in a later turn; undefined when it cannot be read. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
