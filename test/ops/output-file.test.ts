import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { requireWritable, writeOutput } from "../../ops/cli/output-file.ts";

test("a place that can be written is left as it was: a file whole, and no file as none", async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, "there.md"), "before\n");

  await requireWritable("--record", join(folder, "there.md"));
  await requireWritable("--record", join(folder, "new.md"));

  expect(await readdir(folder)).toEqual(["there.md"]);
  expect(await readFile(join(folder, "there.md"), "utf8")).toBe("before\n");
});

test.each([
  ["a folder", "folder", "it is a folder"],
  [
    "a place in a folder that does not exist",
    "nowhere/record.md",
    "there is no such file or folder",
  ],
  ["a place below a file", "file/record.md", "a file stands where a folder is needed"],
])("%s cannot be written, and is told so with its name", async (_, name, reason) => {
  const folder = await makeFolder();
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "file"), "");
  const file = join(folder, name);

  const message = `--record is "${file}" and cannot be written: ${reason}`;
  await expect(requireWritable("--record", file)).rejects.toThrow(message);
  await expect(writeOutput("--record", file, "text")).rejects.toThrow(message);
  expect(await readdir(folder)).toEqual(["file", "folder"]);
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "output-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
