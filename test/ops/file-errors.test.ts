import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { reportErrors } from "../../ops/cli/define-command.ts";
import { reasonOfFile } from "../../ops/cli/file-errors.ts";
import { callOps } from "../support/ops-command.ts";
import { newFolder } from "../support/new-folder.ts";

test.each([
  ["is not there", "none", "there is no such file or folder"],
  ["is below a file", "file/below", "a file stands where a folder is needed"],
  ["has a long name", "x".repeat(300), "its name is too long"],
])("a file that %s is a sentence with its path, whoever opens it", async (_, name, reason) => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "");
  const stderr = vi.spyOn(console, "error").mockReturnValue();
  const path = join(folder, name);

  const code = await reportErrors("", async () => (await readFile(path)).length);

  expect(code).toBe(2);
  expect(stderr.mock.calls).toEqual([[`error: "${path}" cannot be used: ${reason}`]]);
  stderr.mockRestore();
});

test("a file that may not be read has its reason without Node's text", () => {
  const error = Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: "EACCES" });

  expect(reasonOfFile(error)).toBe("this user may not do that");
});

test("an error that is none of the file system's is thrown with its trace", async () => {
  const fault = new TypeError("x is not a function");

  await expect(reportErrors("", () => Promise.reject(fault))).rejects.toBe(fault);
});

test("a key's place in a folder that is not there is a sentence, and makes none", async () => {
  const folder = await newFolder();
  await mkdir(join(folder, "there"));

  const { code, stderr } = await callOps("keys", ["--private", join(folder, "nowhere/a.pem")]);

  expect(code).toBe(2);
  expect(stderr).toMatch(/a\.pem cannot be written \(there is no such file or folder\); choose/);
  expect(await readdir(folder)).toEqual(["there"]);
});
