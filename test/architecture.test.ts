import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { copyProject, type Project } from "./support/project.ts";
import { deleteRing } from "./support/ring.ts";
import { ROOT } from "./support/settings.ts";

const run = promisify(execFile);

let project: Project;
beforeAll(async () => {
  const configs = [".github", ".oxlintrc.json", "vitest.config.ts", "LICENSE"];
  project = await copyProject([...configs, "test", "docs", "README.md"]);
});
afterAll(() => project.remove());

const ARROWS = [
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
  ["ops/look/undeclared/planted.ts", 'import "../../verify/verify.ts";'],
].map(([file = "", text], index) => [file.replace("planted", `planted-${index}`), text] as const);

const HOUSE = ["infra", "policy", "record", "worker", "local", "ops"];

let refused: readonly string[];
let others: readonly Diagnostic[];
// All at once, with the house as it stands: a start of the linter costs as much as what it lints here.
beforeAll(async () => {
  for (const [file, text] of ARROWS) {
    await mkdir(join(project.folder, dirname(file)), { recursive: true });
    await writeFile(join(project.folder, file), `${text}\n`);
  }
  const files = ARROWS.map(([file]) => file);
  const { stdout } = await runLint("--format", "json", ...HOUSE);
  for (const file of files) await rm(join(project.folder, file));
  const found: readonly Diagnostic[] = JSON.parse(stdout).diagnostics;
  others = found.filter(({ filename }) => !files.includes(filename));
  refused = found.flatMap(({ code, filename }) =>
    code.includes("no-restricted-imports") ? [filename] : [],
  );
});

test.each(ARROWS)("an arrow against the house is refused: %s says %s", (file) => {
  expect(refused).toContain(file);
});

test("the arrows of the house as it stands are all allowed", () => {
  expect(others).toEqual([]);
});

test("wrangler and the project use one Miniflare", async () => {
  const readDependencies = async (file: string): Promise<Record<string, string>> =>
    Object.assign({}, ...["dependencies", "devDependencies"].map((key) => JSON.parse(file)[key]));
  const ours = await readDependencies(await readFile(join(ROOT, "package.json"), "utf8"));
  const file = await readFile(join(ROOT, "node_modules/wrangler/package.json"), "utf8");

  expect(ours["miniflare"]).toBe((await readDependencies(file))["miniflare"]);
});

// Each option of tsconfig.json that could be lost without a word, and one plain error.
const PLANTED: Readonly<Record<string, string>> = {
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
  "infra/planted.js": "/** @type {number} */ export const typed = 'text';",
};

describe("without local/, ops/ and their tests", () => {
  let found: readonly Diagnostic[];
  // Once for both: each start of the checker reads the types of every library.
  beforeAll(async () => {
    await deleteRing(project);
    for (const [file, text] of Object.entries(PLANTED)) {
      await writeFile(join(project.folder, file), text);
    }
    found = await checkTypes();
  });

  test("the types are checked as strictly as tsconfig.json says", () => {
    const planted = found.filter(({ filename }) => filename in PLANTED);
    const codes = planted.map(({ code }) => /^typescript\((TS\d+)\)$/.exec(code)?.[1]);
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

  // That it passes too is shown by `npm run soak`.
  test("the rest type-checks", () => {
    expect(found.filter(({ filename }) => !(filename in PLANTED))).toEqual([]);
  });
});

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

/** Lists what `npm test` finds of the types of the whole project. */
async function checkTypes(): Promise<readonly Diagnostic[]> {
  const typesOnly = ["--allow", "all", "--type-aware", "--type-check", "--format", "json"];
  const { stdout } = await runLint(...typesOnly, "--ignore-pattern", "node_modules", ".");
  return JSON.parse(stdout).diagnostics;
}

/** Runs the linter in the project; that it finds something is no error. */
function runLint(...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const oxlint = join(ROOT, "node_modules/.bin/oxlint");
  return run(oxlint, args, { cwd: project.folder }).catch(
    (error: { readonly stdout: string }) => error,
  );
}
