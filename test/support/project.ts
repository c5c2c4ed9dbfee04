/** A copy of the project with the tests' own stacks, for tests that edit it, or run it with state of its own. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, STACKS } from "./settings.ts";

const PARTS = [
  "policy",
  "infra",
  "record",
  "worker",
  "local",
  "ops",
  "package.json",
  "tsconfig.json",
];

export interface Project {
  readonly folder: string;
  /** Replaces a text in a file; the text must be there. */
  edit(file: string, from: string, to: string): Promise<void>;
  /** Writes a file anew beside the old one and moves it into place, as many editors and git do. */
  replace(file: string, change: (text: string) => string): Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function copyProject(more: readonly string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "project-"));
  await cp(STACKS, folder, { recursive: true });
  for (const part of [...PARTS, ...more]) {
    // The rest must do without local/ and ops/: architecture.test.ts.
    if (!existsSync(join(ROOT, part))) continue;
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    edit: async (file, from, to) => {
      const text = await readFile(join(folder, file), "utf8");
      if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
      await writeFile(join(folder, file), text.replace(from, to));
    },
    replace: async (file, change) => {
      const path = join(folder, file);
      await writeFile(`${path}.new`, change(await readFile(path, "utf8")));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Started {
  /** What it has printed so far, errors too. */
  output(): string;
  /** Resolves with the first match in the output; rejects with the output when none comes. */
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Sends a signal as a terminal does, to the whole group. Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  readonly exited: Promise<number | null>;
}

/** Runs a file of a project, in a process group of its own. */
export function start(project: Project, file: string, args: readonly string[] = []): Started {
  const nodeArgs = ["--disable-warning=ExperimentalWarning", file, ...args];
  const child = spawn(process.execPath, nodeArgs, {
    cwd: project.folder,
    detached: true,
    env: { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"]}` },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    output: () => output,
    exited,
    waitFor: (pattern) =>
      waitFor(
        () => pattern.exec(output) ?? undefined,
        () => output,
      ),
    stop: async (signal = "SIGINT") => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
      return exited;
    },
  };
}

/** Asks again and again until there is an answer. What is asked of a process takes its time: ask that less often. */
export async function waitFor<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  describe: () => string,
  everyMs = 25,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`waited a minute in vain; the last that was seen: ${describe()}`);
}
