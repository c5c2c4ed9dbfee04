/** Makes a folder that has one stack file, for commands that read or change it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { stackText } from "./settings.ts";

/** Makes a folder with the file of the stack dev; it is removed when the test ends. */
export async function makeStackFolder(text = stackText("dev")) {
  const folder = await mkdtemp(join(tmpdir(), "stack-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "Pulumi.dev.yaml");
  await writeFile(file, text);
  return { folder, file, text: () => readFile(file, "utf8") };
}

/** The file of the stack dev with callers of these names. */
export function textWithCallers(...names: readonly string[]): string {
  const callers = names.map((name, n) => ({ name, sha256: `${n % 10}a`.repeat(32) }));
  return `${stackText("dev")}  ai-gateway:callers: ${JSON.stringify(callers)}\n`;
}
