/** Runs a command of `ops/` in a project that has the tests' own stacks. */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, promisify } from "node:util";

import { vi } from "vitest";

import type { RunCommand } from "../../ops/cli/define-command.ts";
import { ROOT, STACKS } from "./settings.ts";

const run = promisify(execFile);

/** The outcome of a command. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Runs what `npm run NAME -- ARGS` runs, with only the given variables of Cloudflare in its
 * environment.
 */
export async function runOps(
  name: string,
  args: readonly string[],
  env: Environment = {},
): Promise<Ended> {
  const options = { cwd: STACKS, env: withoutCloudflare(env), maxBuffer: 64 * 1024 * 1024 };
  return run(process.execPath, [...argumentsOf(name), ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

/**
 * Runs a command without a process of its own, which is enough for all tests of a command but one.
 */
export async function callOps(
  name: string,
  args: readonly string[],
  env: Environment = {},
  folder = STACKS,
): Promise<Ended> {
  const { command }: { readonly command: RunCommand } = await import(
    `../../ops/${name}/command.ts`
  );
  const before = { env: process.env, cwd: process.cwd() };
  const stdout = vi.spyOn(console, "log").mockReturnValue();
  const stderr = vi.spyOn(console, "error").mockReturnValue();
  process.env = withoutCloudflare(env);
  process.chdir(folder);
  try {
    const code = await command(args);
    return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
  } finally {
    process.env = before.env;
    process.chdir(before.cwd);
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

/** Formats calls of the console as it prints them, each on a line. */
function textOf({ mock }: { readonly mock: { readonly calls: readonly unknown[][] } }): string {
  return mock.calls.map((texts) => `${format(...texts)}\n`).join("");
}

/**
 * Starts a command as a process that goes on. `output` and `errors` return what it has printed so
 * far.
 */
export function startOps(name: string, args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, [...argumentsOf(name), ...args], {
    cwd: STACKS,
    env: withoutCloudflare(env),
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    output: () => output,
    errors: () => errors,
    interrupt: (signal: NodeJS.Signals = "SIGINT") => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Returns the arguments of an npm script after `node`, without npm's own start. */
function argumentsOf(name: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [program, file = "", ...args] = String(scripts[name]).split(" ");
  if (program !== "node") throw new Error(`npm script ${name} does not run node`);
  return [join(ROOT, file), ...args];
}

function withoutCloudflare(env: Environment): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(CLOUDFLARE|AI_GATEWAY)_/.test(name),
  );
  return { ...Object.fromEntries(own), ...env };
}
