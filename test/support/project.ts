/**
 * Copies the project with the tests' own stacks, for tests that edit it, or run it with a state of
 * its own.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
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

/** A copy of the project. */
export interface Project {
  readonly folder: string;
  /** Replaces a text in a file; the text must be there. */
  edit(file: string, from: string, to: string): Promise<void>;
  /** Writes a new file and moves it over the old one, as many editors and git do. */
  replace(file: string, change: (text: string) => string): Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Copies the project, and `more` of its parts, to a folder that the caller removes. */
export async function copyProject(more: readonly string[] = []): Promise<Project> {
  const folder = await makeFolder();
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

const PLACES = join(
  tmpdir(),
  `project-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`,
);

/**
 * Makes the first folder of a row that is free. Node's cache of compiled code knows a module by its
 * path: in a folder of a new name, each process would strip and compile the whole project again.
 */
async function makeFolder(place = 1): Promise<string> {
  const folder = `${PLACES}-${place}`;
  try {
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    if (Object(error).code !== "EEXIST") throw error;
    return makeFolder(place + 1);
  }
}

/** A process of a project. */
export interface Started {
  /** Returns what it has printed so far, errors included. */
  output(): string;
  /** Waits for a match in the output. Rejects with the output where it ends before, or none comes in a minute. */
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>;
  /**
   * Sends a signal to the whole process group, as a terminal does, and resolves with the exit code.
   */
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
  let isOver = false;
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.once("close", () => (isOver = true));
  const find = (pattern: RegExp) => {
    const found = pattern.exec(output);
    if (found === null && isOver) throw new Error(`it ended without ${pattern}:\n${output}`);
    return found ?? undefined;
  };
  return {
    output: () => output,
    exited,
    waitFor: (pattern) =>
      waitFor(
        () => find(pattern),
        () => output,
      ),
    stop: async (signal = "SIGINT") => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded && child.pid !== undefined) process.kill(-child.pid, signal);
      return exited;
    },
  };
}

/**
 * Reads repeatedly until there is a value. Reading from a process takes time, so it should be
 * rarer.
 */
export async function waitFor<T>(
  read: () => T | undefined | Promise<T | undefined>,
  describe: () => string,
  everyMs = 25,
): Promise<T> {
  // The machine may stand still: so many looks, and not so much time.
  for (let looks = 60_000 / everyMs; looks > 0; looks--) {
    const answer = await read();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`waited a minute in vain; the last that was seen: ${describe()}`);
}
