import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import { copyProject, type Project } from "./support/project.ts";
import { ROOT } from "./support/settings.ts";

const run = promisify(execFile);
const bin = (name: string) => join(ROOT, "node_modules/.bin", name);

let project: Project;
beforeAll(async () => {
  const configs = [".github", ".oxlintrc.json", "vitest.config.ts", "LICENSE"];
  project = await copyProject([...configs, "test", "docs", "README.md"]);
});
afterAll(() => project.remove());

test.each([
  ["policy/planted.ts", 'import "@pulumi/pulumi";'],
  ["policy/planted.ts", 'import "../infra/config.ts";'],
  ["policy/planted.ts", 'import "node:fs";'],
  ["infra/planted.ts", 'import "../local/account.ts";'],
  ["infra/planted.ts", 'import { checkEnv } from "../worker/chat/env.ts";\ncheckEnv({});'],
  ["worker/planted.ts", 'import "node:fs";'],
  ["worker/chat/planted.ts", 'import "../../policy/settings.ts";'],
  ["local/planted.ts", 'import "../test/support/settings.ts";'],
  ["ops/planted.ts", 'import "../infra/config.ts";'],
  ["ops/planted.ts", 'import "../local/account.ts";'],
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
  const { stdout } = await run(bin("oxlint"), ["infra", "policy", "worker", "local", "ops"], {
    cwd: project.folder,
  });

  expect(stdout).toContain("0 errors");
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
      "test/support/account-process.ts",
      "test/support/gateway.ts",
      "test/support/logs-page.ts",
      "test/support/ops-command.ts",
      "test/support/scripted-account.ts",
      "test/workflows/review.test.ts",
    ];
    for (const part of ring) {
      await rm(join(project.folder, part), { recursive: true, force: true });
    }
    await rm(join(project.folder, "test/architecture.test.ts"));

    await run(bin("tsc"), [], { cwd: project.folder });
    // The tests of policy/ and worker/ start nothing and read nothing of the rest: that they need no more than their
    // imports, which the compiler has just found, is why they are not run twice.
    const rest = ["run", "--exclude", "test/policy/**", "--exclude", "test/worker/**"];
    const { stdout } = await run(bin("vitest"), rest, { cwd: project.folder });

    expect(stdout).toMatch(/\n\d\d+ passed, 0 failed\n$/);
  },
);
