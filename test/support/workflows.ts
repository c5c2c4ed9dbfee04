/** Reads the GitHub workflows as GitHub does, and runs their `run` steps as GitHub does. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

import { ROOT } from "./settings.ts";

const Step = z.looseObject({
  name: z.string(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: z.record(z.string(), z.string()).default({}),
  run: z.string().optional(),
  "working-directory": z.string().default("."),
});

const Job = z.looseObject({
  if: z.string().optional(),
  needs: z.unknown().optional(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.unknown().optional(),
  "timeout-minutes": z.number().optional(),
  strategy: z.looseObject({ matrix: z.object({ stack: z.array(z.string()) }) }).optional(),
  /** The workflow that does the job in place of steps. */
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  secrets: z.unknown().optional(),
  steps: z.array(Step).default([]),
});

const Workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  defaults: z.object({ run: z.object({ shell: z.string() }) }).optional(),
  jobs: z.record(z.string(), Job),
});

/** A step of a job. */
export type Step = z.output<typeof Step>;
/** A job of a workflow. */
export type Job = z.output<typeof Job>;
/** A workflow, with its text. */
export type Workflow = z.output<typeof Workflow> & { readonly text: string };

/** Reads the workflows of a project, by file name. */
export async function readWorkflows(project = ROOT): Promise<Record<string, Workflow>> {
  const folder = join(project, ".github/workflows");
  const workflows: Record<string, Workflow> = {};
  for (const file of (await readdir(folder)).toSorted()) {
    const text = await readFile(join(folder, file), "utf8");
    workflows[file] = { ...Workflow.parse(parse(text)), text };
  }
  return workflows;
}

/** Lists every step of every job by its name, such as `preview.yml: review: Review the policy`. */
export function stepsOf(workflows: Readonly<Record<string, Workflow>>): [string, Step, Job][] {
  return Object.entries(workflows).flatMap(([file, workflow]) =>
    Object.entries(workflow.jobs).flatMap(([id, job]) =>
      job.steps.map((step): [string, Step, Job] => [`${file}: ${id}: ${step.name}`, step, job]),
    ),
  );
}

/** The outcome of a step. */
interface StepRun {
  readonly code: number;
  /** The step's output, errors included. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: string;
  /** The arguments of each call of a stand-in, such as `gh issue list --label drift …`. */
  readonly calls: readonly string[];
}

/** The surroundings of a step that is run. */
export interface Scene {
  /** The folder to which the step's working directory is relative. */
  readonly workspace?: string;
  /**
   * The values of expressions, such as `{ "matrix.stack": "dev" }`. A secret needs none, and is set
   * unless one is given.
   */
  readonly values?: Readonly<Record<string, string>>;
  /**
   * The script of each command's stand-in, in bash, which runs after it has noted its arguments.
   */
  readonly commands?: Readonly<Record<string, string>>;
}

/** Runs one step in bash. Throws where its `env` has an expression without a value. */
export async function runStep(name: string, scene: Scene = {}): Promise<StepRun> {
  const step = stepsOf(await readWorkflows()).find(([id]) => id === name)?.[1];
  if (step?.run === undefined) throw new Error(`no workflow has a run step ${name}`);

  const folder = await mkdtemp(join(tmpdir(), "step-"));
  try {
    return await runScript(folder, step.run, step, scene);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runScript(
  folder: string,
  script: string,
  step: Step,
  { workspace = ROOT, values = {}, commands = {} }: Scene,
): Promise<StepRun> {
  const at = (file: string) => join(folder, file);
  for (const file of ["summary", "output", "calls"]) await writeFile(at(file), "");
  await writeFile(at("script.sh"), script);
  await mkdir(at("bin"));
  for (const [command, body] of Object.entries(commands)) {
    const note = `printf '%s\\n' "${command} \${*//$'\\n'/⏎}" >> ${at("calls")}`;
    await writeFile(at(`bin/${command}`), `#!/usr/bin/env bash\n${note}\n${body}\n`);
    await chmod(at(`bin/${command}`), 0o755);
  }

  const { code, log } = await run(["--noprofile", "--norc", "-eo", "pipefail", at("script.sh")], {
    cwd: join(workspace, step["working-directory"]),
    env: {
      PATH: [at("bin"), join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
      HOME: folder,
      CI: "true",
      GITHUB_STEP_SUMMARY: at("summary"),
      GITHUB_OUTPUT: at("output"),
      ...expand(step.env, values),
    },
  });
  const [summary = "", outputs = "", calls = ""] = await Promise.all(
    ["summary", "output", "calls"].map((file) => readFile(at(file), "utf8")),
  );
  return { code, log, summary, outputs, calls: calls.split("\n").filter(Boolean) };
}

function expand(
  env: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const value = (expression: string) => {
    const known = values[expression];
    if (known === undefined && expression.startsWith("secrets.")) return "a-secret";
    if (known === undefined) throw new Error(`the scene gives no value for ${expression}`);
    return known;
  };
  return Object.fromEntries(
    Object.entries(env).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{\s*(.+?)\s*\}\}/g, (_, expression: string) => value(expression)),
    ]),
  );
}

function run(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<{ code: number; log: string }> {
  return new Promise((resolve) => {
    const child = execFile("bash", args, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, log: stdout + stderr }),
    );
  });
}
