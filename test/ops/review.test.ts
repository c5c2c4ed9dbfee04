import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { callOps, type Ended } from "../support/ops-command.ts";
import { copyProject, type Project } from "../support/project.ts";
import { ROOT, STACKS } from "../support/settings.ts";

const run = promisify(execFile);
let project: Project;

// A repository whose one commit has the shipped stacks, and whose folder has a prod that keeps bodies.
beforeAll(async () => {
  project = await copyProject();
  await git("init", "--quiet");
  await git("add", "Pulumi.dev.yaml", "Pulumi.prod.yaml");
  await git("commit", "--quiet", "--message", "before");
  await git("tag", "--no-sign", "v1");
  await project.edit("Pulumi.prod.yaml", "collect: metadata", "collect: full");
});
afterAll(() => project.remove());

test("a broken rule ends with 1, and the change is told in words", async () => {
  const { code, stdout, stderr } = await npmReview("--base", "v1");

  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toContain("[bodies-in-production]");
  expect(stdout).toContain("less private: logs.collect metadata → full");
});

test("a stack alone is judged alone, and a good one ends with 0", async () => {
  const { code, stdout } = await review("--stack", "dev", "--format", "json");

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ stack: "dev", kind: "reviewed" }]);
});

test.each([
  [["--format", "html"], '--format is "html"; allowed are text, markdown and json'],
  [["--stack", "staging"], '--stack is "staging"; the project has dev, prod'],
  [["--base", "nowhere"], '--base is "nowhere"; it must be a commit, branch or tag'],
  [["--base=--output=x"], '--base is "--output=x"; it must be a commit, branch or tag'],
  [["--dir", join(ROOT, "docs")], "has no stack file, Pulumi.<stack>.yaml"],
  [["--dir", join(ROOT, "nowhere")], "there is no such folder"],
  [["--dir", join(ROOT, "README.md")], "there is no such folder"],
  [["--speed"], "Unknown option '--speed'"],
  [["--base", "v1", "--base", "v1"], "--base: one value at a time"],
  [["--stack", "a", "--stack", "b"], '--stack is "a" and "b"; the project has dev, prod'],
])("%s ends with 2, one line and the usage", async (args, message) => {
  const { code, stdout, stderr } = await review(...args);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toContain("usage: npm run review");
});

test("a link in place of a stack file is not followed, in the folder or in a commit", async () => {
  const link = join(project.folder, "Pulumi.evil.yaml");
  await symlink("/etc/passwd", link);
  const linked = await review();
  await git("add", "Pulumi.evil.yaml");
  await git("commit", "--quiet", "--message", "a link");
  await rm(link);
  const before = await review("--base", "HEAD");

  expect(linked.code).toBe(2);
  expect(linked.stderr).toContain("Pulumi.evil.yaml is a link or a folder");
  expect(before.stdout).not.toContain("evil");
  expect(linked.stderr + before.stdout).not.toContain("root:");
});

test("evidence of the folder stands in its review; a broken one or a link ends with 2", async () => {
  const folder = join(project.folder, "docs/evidence");
  const file = join(folder, "probe-2026-11-23.json");
  await mkdir(folder, { recursive: true });
  await writeFile(file, EVIDENCE);
  const cited = await review("--stack", "prod");
  await writeFile(file, EVIDENCE.replace('"kept"', '"good"'));
  const broken = await review();
  await rm(file);
  await symlink("/etc/passwd", file);
  const linked = await review();
  await rm(folder, { recursive: true });

  expect(cited.stdout).toContain("none is declared (seen in part on 2026-11-23: 10)");
  expect([broken.code, linked.code]).toEqual([2, 2]);
  expect(broken.stderr).toBe(
    'error: evidence cannot be read:\n  docs/evidence/probe-2026-11-23.json: answers[0].verdict is "good"; allowed is one of kept, broken, unknown\n',
  );
  expect(linked.stderr).toContain("probe-2026-11-23.json is a link or a folder");
});

const EVIDENCE = JSON.stringify({
  asked: { api: "https://api.cloudflare.com", logSystem: "legacy", sdk: "cloudflare 7.3.0" },
  answers: [
    { question: "switched-off", at: "2026-11-23T09:30:00Z", verdict: "kept", seen: "otel is gone" },
  ],
});

test("a stack alone is judged without one that cannot be read, and that is told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "review-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(STACKS, folder, { recursive: true });
  await writeFile(join(folder, "Pulumi.prod.yaml"), "config: 7\n");

  const alone = await review("--stack", "dev", "--format", "json", "--dir", folder);
  const all = await review("--dir", folder);

  expect(alone.code).toBe(0);
  expect(JSON.parse(alone.stdout)).toHaveLength(1);
  expect(alone.stderr).toContain(
    "Pulumi.prod.yaml cannot be deployed as it stands, so the rules ab",
  );
  expect(all.stderr).toBe("");
});

test("a stack that is new and cannot be read is told as that", async () => {
  const file = join(project.folder, "Pulumi.next.yaml");
  await writeFile(file, "config: {}\n");
  const { code, stdout } = await review("--stack", "next", "--base", "v1");
  await rm(file);

  expect(code).toBe(1);
  expect(stdout).toContain("next  cannot be deployed");
});

// A pull request that turned the body switch in worker/ read "no setting changes … prompts stored: no".
test("changed code that keeps the policy stands first, committed or not", async () => {
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "all of it");
  const switched = "infra/chat-worker.ts";
  const text = await readFile(join(project.folder, switched), "utf8");
  await writeFile(join(project.folder, switched), `${text}// changed\n`);
  await writeFile(join(project.folder, "worker/new.ts"), "// untracked\n");
  await rm(join(project.folder, "record/record.ts"));
  await mkdir(join(project.folder, "docs/x"), { recursive: true });
  await writeFile(join(project.folder, "docs/x/note.md"), "no code\n");
  const committed = await review("--base", "HEAD", "--stack", "dev");
  const json = await review("--base", "HEAD", "--stack", "dev", "--format", "json");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "changes");
  const markdown = await review("--base", "HEAD~1", "--stack", "dev", "--format", "markdown");
  const none = await review("--base", "HEAD", "--stack", "dev", "--format", "json");

  expect(committed.stdout).toMatch(
    /^code  what is stated below rests on 3 files that differ from the base\n      infra\/ \(1\)  infra\/chat-worker\.ts\n/,
  );
  const files = ["infra/chat-worker.ts", "record/record.ts", "worker/new.ts"];
  expect(JSON.parse(json.stdout)).toMatchObject([{ kind: "code", files }, { stack: "dev" }]);
  expect(markdown.stdout).toMatch(
    /^## Code that keeps the policy\n[^]*worker\/new\.ts[^]*## Stack dev/,
  );
  expect(JSON.parse(none.stdout)).toMatchObject([{ stack: "dev" }]);
});

/** Over the other folder or the one that is given. */
function review(...args: string[]): Promise<Ended> {
  const folder = args.includes("--dir") ? [] : ["--dir", project.folder];
  return callOps("review", [...folder, ...args]);
}

/** `npm run review` as it is typed in this project, over the other folder. */
async function npmReview(...args: string[]): Promise<Ended> {
  const words = ["run", "--silent", "review", "--", "--dir", project.folder, ...args];
  return run("npm", words, { cwd: ROOT }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

async function git(...args: string[]): Promise<void> {
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  await run("git", [...author, ...args], { cwd: project.folder });
}
