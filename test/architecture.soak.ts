/** Runs the tests of what is left without the ring, in somebody's fork. Its types are architecture.test.ts's subject. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import { writePolicyPages } from "../docs/policy-pages.ts";
import { arbitraryFork } from "./support/arbitrary-fork.ts";
import { copyProject } from "./support/project.ts";
import { deleteRing } from "./support/ring.ts";
import { runs } from "./support/runs.ts";
import { ROOT } from "./support/settings.ts";
import { writeFork } from "./support/write-fork.ts";

const run = promisify(execFile);

test("without local/, ops/ and their tests the rest passes", { timeout: 600_000 }, async () => {
  const configs = [".github", ".npmrc", ".oxlintrc.json", "package-lock.json", "vitest.config.ts"];
  const project = await copyProject([...configs, "test", "docs", "LICENSE", "README.md"]);
  onTestFinished(project.remove);
  // A test that needs this project's own stack files is seen here.
  for (const fork of fc.sample(arbitraryFork, runs(1, 1))) await writeFork(project.folder, fork);
  await writePolicyPages(project.folder);
  await deleteRing(project);
  // It plants files in folders that are gone.
  await rm(join(project.folder, "test/architecture.test.ts"), { force: true });

  const vitest = join(ROOT, "node_modules/.bin/vitest");
  const env = { ...process.env, MODE: "test" };
  const { stdout } = await run(vitest, ["run"], { cwd: project.folder, env });

  expect(stdout).toMatch(/\n\d\d+ passed, 0 failed\n$/);
});
