/** A command of day two as it is typed in a project that has the tests' own stacks. */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, promisify } from "node:util";

import { vi } from "vitest";

import type { RunCommand } from "../../ops/cli/define-command.ts";
import { ROOT, STACKS } from "./settings.ts";

const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** What `npm run NAME -- ARGS` runs, with nothing of Cloudflare in its environment but what is given. */
export async function runOps(
  name: string,
  args: readonly string[],
  env: Environment = {},
): Promise<Ended> {
  const options = { cwd: STACKS, env: withoutCloudflare(env), maxBuffer: 64 * 1024 * 1024 };
  return run(process.execPath, [...wordsOf(name), ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

/** The same without a process of its own: what all tests of a command but one need. */
export async function askOps(
  name: string,
  args: readonly string[],
  env: Environment = {},
  folder = STACKS,
): Promise<Ended> {
  const { command }: { readonly command: RunCommand } = await import(
    `../../ops/${name}/command.ts`
  );
  const before = { env: process.env, folder: process.cwd() };
  const stdout = vi.spyOn(console, "log").mockReturnValue();
  const stderr = vi.spyOn(console, "error").mockReturnValue();
  process.env = withoutCloudflare(env);
  process.chdir(folder);
  try {
    const code = await command(args);
    return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
  } finally {
    process.env = before.env;
    process.chdir(before.folder);
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

/** As the console writes it: each text in a line of its own. */
function textOf({ mock }: { readonly mock: { readonly calls: readonly unknown[][] } }): string {
  return mock.calls.map((texts) => `${format(...texts)}\n`).join("");
}

/** A command as a process that goes on; `output` and `errors` are what it has printed so far. */
export function startOps(name: string, args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, [...wordsOf(name), ...args], {
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
    interrupt: () => {
      child.kill("SIGINT");
      return exited;
    },
  };
}

/** The words of an npm script after `node`, without npm's own start. */
function wordsOf(name: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [program, file = "", ...words] = String(scripts[name]).split(" ");
  if (program !== "node") throw new Error(`npm script ${name} does not run node`);
  return [join(ROOT, file), ...words];
}

function withoutCloudflare(env: Environment): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(CLOUDFLARE|AI_GATEWAY)_/.test(name),
  );
  return { ...Object.fromEntries(own), ...env };
}
