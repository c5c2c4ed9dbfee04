import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { callOps } from "../support/ops-command.ts";

test("a protected stack is refused before Pulumi starts", async () => {
  const pulumi = await standIn();

  const { code, stderr } = await pulumi.destroy("--stack", "prod", "--yes");

  expect(code).toBe(2);
  expect(stderr).toBe(
    "error: gateway shop-prod is protected (protect: true), and nothing was destroyed; where its logs may go, set protect: false and run `pulumi up` first\n",
  );
  expect(await pulumi.calls()).toEqual([]);
});

test.each([["--stack", "dev"], ["--stack=acme/shop/dev"], ["-s", "dev"], ["-sdev", "-mfor good"]])(
  "of an unprotected stack (%s) Pulumi gets every word, and its exit code is the command's",
  async (...words) => {
    const pulumi = await standIn(7);

    const { code, stderr } = await pulumi.destroy(...words, "--yes", "--refresh");

    expect({ code, stderr }).toEqual({ code: 7, stderr: "" });
    expect(await pulumi.calls()).toEqual([
      ["destroy", "--run-program", ...words, "--yes", "--refresh"].join(" "),
    ]);
  },
);

test.each([
  ["--ignore-protect"],
  ["--ignore-protect=true"],
  ["--skip-preview"],
  ["-f"],
  ["-fy"],
  ["-yf"],
  ["--config-file=other.yaml"],
  ["--cwd"],
  ["-C/tmp"],
])("%s is refused, for a stack that may go too", async (word) => {
  const pulumi = await standIn();

  const { code, stderr } = await pulumi.destroy("--stack", "dev", word);

  expect(code).toBe(2);
  expect(stderr).toContain(`error: ${word} is not allowed here\n`);
  expect(await pulumi.calls()).toEqual([]);
});

test("what Pulumi would take from the environment is refused too", async () => {
  const pulumi = await standIn(0, { PULUMI_OPTION_SKIP_PREVIEW: "true" });

  const { stderr } = await pulumi.destroy("--stack", "dev");

  expect(stderr).toContain("error: PULUMI_OPTION_SKIP_PREVIEW is not allowed here\n");
  expect(await pulumi.calls()).toEqual([]);
});

test("a stack must be named, once, and have a file", async () => {
  const pulumi = await standIn();

  expect((await pulumi.destroy("--yes")).stderr).toContain("error: --stack is missing; ");
  expect((await pulumi.destroy("--stack", "dev", "-s", "prod")).stderr).toContain(
    "error: --stack: one value at a time",
  );
  expect((await pulumi.destroy("--stack", "none")).stderr).toContain(
    'error: --stack is "none"; the project has dev, prod',
  );
  expect(await pulumi.calls()).toEqual([]);
});

test("a missing Pulumi is named", async () => {
  const { code, stderr } = await callOps("destroy", ["--stack", "dev"], { PATH: "" });

  expect(code).toBe(2);
  expect(stderr).toContain("error: pulumi is not on PATH; ");
});

/** A `pulumi` that notes its words and ends with a code. */
async function standIn(code = 0, env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, log] = [join(folder, "pulumi"), join(folder, "log")];
  await writeFile(file, `#!/bin/sh\necho "$@" >> "${log}"\nexit ${code}\n`);
  await chmod(file, 0o755);
  await writeFile(log, "");
  const PATH = `${folder}${delimiter}${process.env["PATH"]}`;
  return {
    destroy: (...words: readonly string[]) => callOps("destroy", words, { PATH, ...env }),
    calls: async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== ""),
  };
}
