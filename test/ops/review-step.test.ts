/** The review step of a pull request, run over the two folders it has on GitHub: the base and the merge. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { ROOT, STACKS } from "../support/settings.ts";
import { runStep } from "../support/workflows.ts";

const run = promisify(execFile);

let workspace: string;
let baseSha: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), "review-"));
  await mkdir(join(workspace, "base"));
  await cp(ROOT, join(workspace, "base"), { recursive: true, filter: isSource });
  await cp(STACKS, join(workspace, "base"), { recursive: true });
  await git("base", "init", "--quiet", "--initial-branch", "main");
  baseSha = await commit("base");
  await symlink(join(ROOT, "node_modules"), join(workspace, "base/node_modules"));
});
afterAll(() => rm(workspace, { recursive: true, force: true }));

beforeEach(() => git(".", "clone", "--quiet", "base", "head"));
afterEach(() => rm(join(workspace, "head"), { recursive: true }));

test("a pull request that changes no policy passes, with a summary", async () => {
  await propose("README.md", (text) => `${text}\nOne more line.\n`);

  const { code, summary, log } = await review();

  expect({ code, log }).toEqual({ code: 0, log: "" });
  expect(summary).toContain("prod");
  expect(await handedOn()).toMatchObject([{ stack: "dev" }, { stack: "prod" }]);
});

test("a failing review leaves its summary and its data, and fails the job", async () => {
  await propose("Pulumi.prod.yaml", () => "config: [\n");

  const { code, summary } = await review();

  expect(code).toBe(1);
  expect(summary).toContain("prod");
  expect(await handedOn()).toMatchObject([{ stack: "dev" }, { kind: "unreadable" }]);
});

test("a pull request cannot weaken its own reviewer", async () => {
  await propose("package.json", (text) => text.replace(/"review": ".*"/, '"review": "true"'));
  await propose("Pulumi.prod.yaml", () => "config: [\n");
  await git("head", "rm", "-r", "--quiet", "--ignore-unmatch", "ops", "policy");
  await commit("head");

  const { code, summary } = await review();

  expect(code).toBe(1);
  expect(summary).toMatch(/^## Code that keeps the policy\n[^]*policy\//);
  expect(summary).toContain("prod");
});

/** What the job hands to the one that comments. */
async function handedOn(): Promise<unknown> {
  return JSON.parse(await readFile(join(workspace, "review.json"), "utf8"));
}

function review() {
  const values = { "github.event.pull_request.base.sha": baseSha };
  return runStep("preview.yml: review: Review the policy", { workspace, values });
}

async function propose(file: string, change: (text: string) => string): Promise<void> {
  const path = join(workspace, "head", file);
  await writeFile(path, change(await readFile(path, "utf8")));
  await commit("head");
}

async function commit(folder: string): Promise<string> {
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--allow-empty", "--message", "a change");
  return (await git(folder, "rev-parse", "HEAD")).trim();
}

/** Without the settings of this machine's user: a signing key, a hook, a name. */
async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@test.test"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const { stdout } = await run("git", [...who, ...args], { cwd: join(workspace, folder), env });
  return stdout;
}

function isSource(path: string): boolean {
  const isShipped = dirname(path) === ROOT && basename(path).startsWith("Pulumi.");
  return (
    !isShipped && ![".git", "node_modules", "dist", ".local", ".wrangler"].includes(basename(path))
  );
}
