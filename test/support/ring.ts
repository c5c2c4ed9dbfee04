/** The ring is local/ and ops/, which can be deleted with all tests that import them. */
import { globSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Project } from "./project.ts";

// The workflows run the ring's commands.
const FOLDERS = ["local", "ops", "test/local", "test/ops", "test/workflows"];

/** Deletes the ring from a project that has its tests, and each test file that imports it, itself or through another. */
export async function deleteRing({ folder }: Project): Promise<void> {
  for (const part of [...FOLDERS, ...filesOnRing(folder)]) {
    await rm(join(folder, part), { recursive: true, force: true });
  }
}

function filesOnRing(folder: string): ReadonlySet<string> {
  const imports = new Map(
    globSync("test/**/*.ts", { cwd: folder }).map((file) => [file, importsOf(folder, file)]),
  );
  const found = new Set<string>();
  const isGone = (path: string) =>
    found.has(path) || FOLDERS.some((each) => path.startsWith(`${each}/`));
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [file, paths] of imports) if (paths.some(isGone)) found.add(file);
  }
  return found;
}

/** Lists the files that a file imports, or loads later, from the project's folder. */
function importsOf(folder: string, file: string): readonly string[] {
  const text = readFileSync(join(folder, file), "utf8");
  return [...text.matchAll(/(?:\bfrom |\bimport\(?\s*)["'`](\.\.?\/[^"'`]+)/g)].map(
    ([, path = ""]) => join(dirname(file), path),
  );
}
