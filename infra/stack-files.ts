import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Stack name → text of its file, by name, for every `Pulumi.<stack>.yaml` of a folder. Throws where one is no regular
 * file: a link in a stranger's pull request could name any file of the machine that reviews it.
 */
export function readStackFiles(folder: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const stack = stackOf(entry.name);
    if (stack === undefined) continue;
    if (!entry.isFile())
      throw new Error(`${entry.name} is a link or a folder; a stack file is a file`);
    texts.set(stack, readFileSync(join(folder, entry.name), "utf8"));
  }
  return new Map([...texts].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** `Pulumi.dev.yaml` → `dev`; undefined for any other file, the project's own included. */
export function stackOf(file: string): string | undefined {
  return /^Pulumi\.([a-zA-Z0-9_.-]+)\.yaml$/.exec(file)?.[1];
}
