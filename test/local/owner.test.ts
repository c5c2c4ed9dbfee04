/** One process owns a stack's local account, and what a killed one left is ended. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { copyProject, start, type Project, type Started } from "../support/project.ts";
import { fetchText, startLocal, type Local } from "../support/start-local.ts";

let project: Project;
let failed: Started;
let first: Local;
beforeAll(async () => {
  project = await copyProject();
  failed = start(project, "local/start.js", ["--upstream", "http://127.0.0.1:9"]);
  await failed.exited;
  first = await startLocal(project, "dev");
});
afterAll(async () => {
  await first.process.stop("SIGTERM");
  await project.remove();
});

test("a start that fails leaves the stack to the next one", async () => {
  expect(await failed.exited).toBe(1);
  expect(failed.output()).toContain("--upstream http://127.0.0.1:9/ cannot be used: ");
  expect(failed.output()).not.toMatch(/ {4}at /);
  expect((await first.chat()).status).toBe(200);
});

test("a second start prints the first one's lines and ends, and no log is lost", async () => {
  const before = await count(first);
  const [, printed = ""] = /(stack dev runs[^]*)\nEdits to the/.exec(first.process.output()) ?? [];
  await chat(first, 20);

  const again = [["--port", "20000"], ["--api"]].map((args) =>
    start(project, "local/start.js", ["--stack", "dev", ...args]),
  );
  await chat(first, 20);

  expect(await Promise.all(again.map(({ exited }) => exited))).toEqual([0, 0]);
  const [plain = "", api = ""] = again.map((process) => process.output());
  expect(plain).toBe(
    `${printed}\nProcess ${pidOf(plain)} runs it, with its own --port and --upstream; Ctrl-C there ends it.\n`,
  );
  expect(api).toContain(`${plain}\nexport CLOUDFLARE_BASE_URL=${first.logs}/client/v4\n`);
  await chat(first, 40);
  expect(await count(first)).toBe(before + 80);
});

test("two starts at once: one runs the stack, the other prints its lines", async () => {
  const both = await Promise.all([run("prod"), run("prod")]);

  expect(new Set(both.map(({ worker, logs, key }) => `${worker} ${logs} ${key}`)).size).toBe(1);
  await Promise.race(both.map(({ process }) => process.exited));
  const beside = both.filter(({ process }) => /Process \d+ runs it/.test(process.output()));
  expect(beside).toHaveLength(1);
});

// The last test: all others need what it ends.
test("after a kill -9 the next start has the same port, and every log that was shown", async () => {
  const before = await count(first);
  await chat(first, 40);
  expect(await count(first)).toBe(before + 40);
  const running = await readFile(join(project.folder, ".local/dev/running.json"), "utf8");
  process.kill(JSON.parse(running).pid, "SIGKILL");
  expect(await first.process.exited).toBe(null);

  const next = await run("dev", "--port", new URL(first.worker).port);

  expect(next.worker).toBe(first.worker);
  expect(next.process.output()).not.toContain("is busy");
  await chat(next, 40);
  expect(await count(next)).toBe(before + 80);
});

/** Starts a stack, which ends with the test. */
async function run(stack = "dev", ...args: readonly string[]): Promise<Local> {
  const local = await startLocal(project, stack, args);
  onTestFinished(async () => void (await local.process.stop("SIGTERM")));
  return local;
}

function pidOf(output: string): number {
  return Number(/Process (\d+) runs it/.exec(output)?.[1]);
}

async function chat(local: Local, requests: number): Promise<void> {
  for (let sent = 0; sent < requests; sent += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => local.chat()));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  }
}

/** Counts the logs of the stack's gateway. */
async function count({ logs, key }: Local): Promise<number> {
  const gateways = `${logs}/client/v4/accounts/10ca10ca10ca10ca10ca10ca10ca10ca/ai-gateway/gateways`;
  const headers = { authorization: `Bearer ${key}` };
  return JSON.parse(await fetchText(`${gateways}/shop-dev/logs`, headers)).result_info.total_count;
}
