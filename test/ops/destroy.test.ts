import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { readFiles } from "../../ops/cli/stacks.ts";
import { isRefused, reviewStacks } from "../../policy/review/review.ts";
import { callOps, runOps } from "../support/ops-command.ts";
import { copyProject } from "../support/project.ts";
import { ROOT, STACKS } from "../support/settings.ts";

test("a protected stack is refused before Pulumi starts", async () => {
  const pulumi = await standIn();

  const { code, stderr } = await pulumi.destroy("--stack", "prod", "--yes");

  expect(code).toBe(2);
  expect(stderr).toBe(
    "error: gateway shop-prod is protected (protect: true), and nothing was destroyed; where its logs may go, set protect: false with a waiver of unprotected-production and run `pulumi up` first (docs/operate.md)\n",
  );
  expect(await pulumi.calls()).toEqual([]);
});

test("the page's way to destroy production breaks no rule, and Pulumi starts", async () => {
  const page = await readFile(join(ROOT, "docs/operate.md"), "utf8");
  const [, lines = "", commands = ""] =
    /<!-- tried by test\/ops\/destroy.* -->\n\n```yaml\n([^]*?)```\n\n```sh\n([^]*?)```/.exec(
      page,
    ) ?? [];
  const [until = ""] = /\d{4}-\d\d-\d\d/.exec(lines) ?? [];
  const project = await copyProject();
  onTestFinished(project.remove);
  await project.edit("Pulumi.prod.yaml", "  ai-gateway:protect: true\n", lines);
  const pulumi = await standIn(0, {}, project.folder);
  const [review] = await reviewStacks(readFiles(project.folder), { today: until }).then((reviews) =>
    reviews.filter(({ stack }) => stack === "prod"),
  );

  const last = commands.trim().split("\n").at(-1)?.split(" -- ")[1]?.split(" ") ?? [];
  const { code } = await pulumi.destroy(...last);

  expect(commands.match(/^\S+ \S+ \S+/gm)).toEqual([
    "npm run policy",
    "pulumi up --stack",
    "npm run destroy",
  ]);
  expect(review).toMatchObject({ kind: "reviewed" });
  expect(review && isRefused(review)).toBe(false);
  expect(code).toBe(0);
  expect(await pulumi.calls()).toEqual(["destroy --run-program --stack prod"]);
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

test("a missing Pulumi is named by npm run pulumi, too", async () => {
  const { code, stderr } = await runOps("pulumi", ["up"], { PATH: "" });

  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: pulumi is not on PATH; .*\n$/);
});

/** A `pulumi` that notes its words and ends with a code. */
async function standIn(code = 0, env: Readonly<Record<string, string>> = {}, project = STACKS) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, log] = [join(folder, "pulumi"), join(folder, "log")];
  await writeFile(file, `#!/bin/sh\necho "$@" >> "${log}"\nexit ${code}\n`);
  await chmod(file, 0o755);
  await writeFile(log, "");
  const PATH = `${folder}${delimiter}${process.env["PATH"]}`;
  return {
    destroy: (...words: readonly string[]) => callOps("destroy", words, { PATH, ...env }, project),
    calls: async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== ""),
  };
}
