/** Who must review what judges the policy or carries it out. */
import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";

import { build } from "esbuild";
import { expect, test } from "vitest";

import { keepsThePromise } from "../../policy/review/code.ts";
import { ROOT } from "../support/settings.ts";

const EXAMPLE = readFileSync(join(ROOT, ".github/CODEOWNERS.example"), "utf8");

/** What runs when a policy is reviewed, stated or commented on, and what runs when it is deployed. */
const JUDGES = ["ops/run.js", "ops/*/command.ts", "docs/policy-pages.ts"];
const CARRIES_OUT = ["infra/main.js", "infra/**/*.ts", "worker/*/index.ts"];

test("every file that judges a policy or carries it out has an owner", async () => {
  const files = await importedBy([...JUDGES, ...CARRIES_OUT]);

  expect(files.filter((file) => !isOwned(EXAMPLE, file))).toEqual([]);
  // A closure that lost its way would be owned as well.
  expect(files).toEqual(
    expect.arrayContaining([
      "docs/policy-pages.ts",
      "infra/index.ts",
      "infra/project-files.ts",
      "ops/review/git.ts",
      "policy/gateway/collect.ts",
      "worker/chat/models/call.ts",
      "worker/retention/index.ts",
    ]),
  );
});

test("a file without an owner is found by its name", async () => {
  const forgotten = EXAMPLE.replace("/docs/*.ts ", "# ");
  const files = await importedBy([...JUDGES, ...CARRIES_OUT]);

  expect(files.filter((file) => !isOwned(forgotten, file))).toEqual([
    "docs/generated.ts",
    "docs/policy-pages.ts",
  ]);
});

test("the program and the Workers are built of nothing but what a review names when it changes", async () => {
  const files = await importedBy(CARRIES_OUT);

  expect(files.filter((file) => !keepsThePromise(file))).toEqual([]);
});

test.each([
  "Pulumi.yaml",
  "Pulumi.json",
  "Pulumi.prod.yaml",
  "Pulumi.prod.json",
  "docs/policy/prod.md",
  "docs/evidence/probe-2026-11-23.json",
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  ".npmrc",
  "tsconfig.json",
  "record/record.ts",
  ".github/CODEOWNERS",
  ".github/workflows/preview.yml",
])("%s has an owner", (file) => {
  expect(isOwned(EXAMPLE, file)).toBe(true);
});

test.each(["README.md", "docs/operate.md", "test/ops/review.test.ts", "docs/package.json"])(
  "%s has none",
  (file) => {
    expect(isOwned(EXAMPLE, file)).toBe(false);
  },
);

test.each([
  ["/a/ @x", "a/b/c.ts", true],
  ["/a/ @x", "b/a/c.ts", false],
  ["/a/ @x", "a", false],
  ["/A* @x", "A.b.c", true],
  ["/A* @x", "A/b", false],
  ["/a/ @x\n/a/b.ts", "a/b.ts", false],
  ["# /a/ @x", "a/b.ts", false],
])("of %j, %s is owned: %o", (text, file, owned) => {
  expect(isOwned(text, file)).toBe(owned);
});

/** Lists what the entries import, dynamic imports too, packages aside: as the bundler resolves it. */
async function importedBy(patterns: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: globSync([...patterns], { cwd: ROOT }),
    outdir: "nowhere",
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  return Object.keys(metafile.inputs).toSorted();
}

/** Reads the patterns as GitHub does, as far as this file uses them: from the root, and the last one counts. */
function isOwned(text: string, file: string): boolean {
  const lines = text.split("\n").filter((line) => line.startsWith("/"));
  const last = lines
    .map((line) => line.split(/ +/))
    .findLast(([pattern = ""]) => {
      const glob = pattern.slice(1);
      return glob.endsWith("/") ? file.startsWith(glob) : matchesGlob(file, glob);
    });
  return (last?.[1] ?? "") !== "";
}
