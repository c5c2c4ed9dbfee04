import { execFile } from "node:child_process";
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { writePolicyPages } from "../docs/policy-pages.ts";
import { arbitraryFork } from "./support/arbitrary-fork.ts";
import { copyProject, type Project } from "./support/project.ts";
import { ROOT } from "./support/settings.ts";
import { writeFork } from "./support/write-fork.ts";

/**
 * Tests that start nothing and read nothing of the rest: that they need no more than their imports, which the compiler
 * finds, is why they are not run a second time.
 */
const NOT_TWICE = [
  "test/policy/*.test.ts",
  "test/worker/**/*.test.ts",
  "test/infra/properties.test.ts",
  "test/infra/program.test.ts",
  "test/infra/readers.test.ts",
];

const run = promisify(execFile);
const bin = (name: string) => join(ROOT, "node_modules/.bin", name);

let project: Project;
beforeAll(async () => {
  const configs = [".github", ".oxlintrc.json", "vitest.config.ts", "LICENSE"];
  project = await copyProject([...configs, "test", "docs", "README.md"]);
  // Somebody's fork, so that a test which needs this project's own stack files is seen here.
  for (const fork of fc.sample(arbitraryFork, { seed: 9, numRuns: 1 })) {
    await writeFork(project.folder, fork);
  }
  await writePolicyPages(project.folder);
});
afterAll(() => project.remove());

test.each([
  ["policy/planted.ts", 'import "@pulumi/pulumi";'],
  ["policy/planted.ts", 'import "../infra/config.ts";'],
  ["policy/planted.ts", 'import "node:fs";'],
  ["policy/stack/planted.ts", 'import "../rules/rule.ts";'],
  ["policy/settings/planted.ts", 'import "node:fs";'],
  ["infra/planted.ts", 'import "../local/account.ts";'],
  ["infra/planted.ts", 'import "../record/record.ts";'],
  ["record/planted.ts", 'import "../local/account.ts";'],
  ["infra/planted.ts", 'import { checkEnv } from "../worker/chat/env.ts";\ncheckEnv({});'],
  ["worker/planted.ts", 'import "node:fs";'],
  ["worker/chat/planted.ts", 'import "../../policy/settings/settings.ts";'],
  ["local/planted.ts", 'import "../test/support/settings.ts";'],
  ["ops/planted.ts", 'import "../infra/config.ts";'],
  ["ops/planted.ts", 'import "../local/account.ts";'],
  ["ops/cli/planted.ts", 'import "../account/account.ts";'],
  ["ops/account/planted.ts", 'import "../look/finding.ts";'],
  ["ops/look/planted.ts", 'import "../verify/verify.ts";'],
])("an arrow against the house is refused: %s says %s", async (file, text) => {
  const path = join(project.folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${text}\n`);

  const { stdout } = await run(bin("oxlint"), [file], { cwd: project.folder }).catch(
    (error: { readonly stdout: string }) => error,
  );
  await rm(path);

  expect(stdout).toContain("no-restricted-imports");
});

test("the arrows of the house as it stands are all allowed", async () => {
  const { stdout } = await run(
    bin("oxlint"),
    ["infra", "policy", "record", "worker", "local", "ops"],
    {
      cwd: project.folder,
    },
  );

  expect(stdout).toContain(" 0 errors");
});

// Each option of tsconfig.json that could be lost without a word, and one plain error.
test("the types are checked as strictly as tsconfig.json says", async () => {
  const planted = {
    "policy/planted.ts": `
      import { gone } from "./gone.ts";
      import { Settings } from "./settings/settings.ts";
      import "./gone.ts";
      enum Colour {}
      class Base { again() {} }
      export class Derived extends Base { again() {} }
      export const plain: number = "text";
      export const first: string = ["a"][0];
      export const absent: { readonly a?: string } = { a: undefined };
      export const indexed = process.env.HOME;
      export const implicit = (given) => given;
      export function ends(n: number): string { if (n > 1) return "x"; }
      export function falls(n: 1 | 2): void { switch (n) { case 1: ends(n); case 2: ends(n); } }
      function unused(): void {}`,
    "local/planted.js": "/** @type {number} */ export const typed = 'text';",
  };
  for (const [file, text] of Object.entries(planted)) {
    await writeFile(join(project.folder, file), text);
  }

  const found = await checkTypes(...Object.keys(planted));
  for (const file of Object.keys(planted)) await rm(join(project.folder, file));

  const codes = [...found.matchAll(/typescript\((TS\d+)\)/g)].map(([, code]) => code);
  const every = [
    "TS1294",
    "TS1484",
    "TS2307",
    "TS2322",
    "TS2366",
    "TS2375",
    "TS2882",
    "TS4111",
    "TS4114",
    "TS6133",
    "TS6196",
    "TS7006",
    "TS7029",
  ];
  expect(new Set(codes)).toEqual(new Set(every));
  expect(codes.filter((code) => code === "TS2322")).toHaveLength(3);
});

test("wrangler and the project use one Miniflare", async () => {
  const readDependencies = async (file: string): Promise<Record<string, string>> =>
    Object.assign({}, ...["dependencies", "devDependencies"].map((key) => JSON.parse(file)[key]));
  const ours = await readDependencies(await readFile(join(ROOT, "package.json"), "utf8"));
  const file = await readFile(join(ROOT, "node_modules/wrangler/package.json"), "utf8");

  expect(ours["miniflare"]).toBe((await readDependencies(file))["miniflare"]);
});

test(
  "without local/, ops/ and their tests the rest type-checks and passes",
  { timeout: 300_000 },
  async () => {
    const ring = [
      "local",
      "ops",
      "test/local",
      "test/ops",
      "test/bench",
      "test/support/account.ts",
      "test/support/declare-stack.ts",
      "test/support/account-process.ts",
      "test/support/gateway.ts",
      "test/support/logs-page.ts",
      "test/support/ops-command.ts",
      "test/support/scripted-account.ts",
      "test/workflows/code-owners.test.ts",
      "test/workflows/comment.test.ts",
      "test/workflows/review.test.ts",
    ];
    for (const part of ring) {
      await rm(join(project.folder, part), { recursive: true, force: true });
    }
    await rm(join(project.folder, "test/architecture.test.ts"));

    expect(await checkTypes(".")).toContain(" 0 errors");
    for await (const file of glob(NOT_TWICE, { cwd: project.folder })) {
      await rm(join(project.folder, file));
    }
    const { stdout } = await run(bin("vitest"), ["run"], { cwd: project.folder });

    expect(stdout).toMatch(/\n\d\d+ passed, 0 failed\n$/);
  },
);

/** What `npm test` finds of types, and no other rule. */
async function checkTypes(...files: readonly string[]): Promise<string> {
  const words = [
    "--allow",
    "all",
    "--type-aware",
    "--type-check",
    "--ignore-pattern",
    "node_modules",
  ];
  const { stdout } = await run(bin("oxlint"), [...words, ...files], { cwd: project.folder }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout;
}
