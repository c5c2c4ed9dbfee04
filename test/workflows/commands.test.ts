/** What the workflows' commands do, run in bash with stand-ins for pulumi and gh. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { readWorkflows, runStep, stepsOf, type Scene } from "../support/workflows.ts";

const commands = stepsOf(await readWorkflows()).filter(([, { run }]) => run !== undefined);

// The suite cannot install or run itself; every other command runs in a test: here, in review-step.test.ts or in
// comment.test.ts.
test("every command is run by a test, but for npm's own", () => {
  const rest = commands.filter(
    ([, { run }]) => !["npm ci", "npm cit", "npm run soak"].includes(run ?? ""),
  );

  expect(rest.map(([name]) => name)).toEqual([
    "deploy-stack.yml: deploy: Deploy the stack",
    "deploy-stack.yml: deploy: Verify the stack",
    "drift.yml: look: Look for drift",
    "drift.yml: look: Note what was found",
    "drift.yml: tell: Keep one issue",
    "preview.yml: review: Review the policy",
    "preview.yml: preview: Preview the stack",
    "preview.yml: comment: Write the comments",
    "preview.yml: comment: Post the comments",
  ]);
});

test.each(commands)("bash can read %s", async (_, { run }) => {
  const args = ["--noprofile", "--norc", "-n", "-c", run ?? ""];

  expect(await promisify(execFile)("bash", args)).toEqual({ stdout: "", stderr: "" });
});

// Pulumi's own form of it, with a setting and inputs, which stay where they are.
const DIGEST = {
  config: { "ai-gateway:tier": "kept here" },
  steps: [
    { op: "update", urn: "urn:a", newState: { inputs: { text: "kept here" } }, detailedDiff: null },
  ],
  changeSummary: { update: 1 },
};

test("a preview is printed, left in the summary, and handed on without inputs", async () => {
  const { code, log, summary, calls, handed } = await preview(
    `if [[ $* == *--json* ]]; then echo '${JSON.stringify(DIGEST)}'; else echo '+ 1 to create'; fi`,
  );

  expect(code).toBe(0);
  expect(calls).toEqual([
    "pulumi preview --stack dev --diff --non-interactive",
    "pulumi preview --stack dev --json --non-interactive",
  ]);
  expect(log).toBe("+ 1 to create\n");
  expect(summary).toBe("### Preview of dev\n\n```text\n+ 1 to create\n");
  expect(JSON.parse(handed)).toEqual({ steps: [{ op: "update", urn: "urn:a" }] });
});

test("a failed preview fails the job and says why in the summary", async () => {
  const { code, summary, calls } = await preview("echo 'error: no stack named dev' >&2; exit 6");

  expect({ code, calls }).toMatchObject({ code: 6, calls: [expect.stringContaining("--diff")] });
  expect(summary).toContain("error: no stack named dev\n");
});

test.each(["exit 6", "echo '{}'", "echo '{\"steps\":[]}'; exit 6", "echo 'no JSON'"])(
  "a second preview that does %j fails the job",
  async (second) => {
    const { code } = await preview(`if [[ $* == *--json* ]]; then ${second}; fi`);

    expect(code).not.toBe(0);
  },
);

async function preview(command: string) {
  const workspace = await makeFolder();
  const scene = { workspace, commands: { npm: 'shift 4; exec pulumi "$@"', pulumi: command } };
  const ended = await pulumi("preview.yml: preview: Preview the stack", scene);
  const calls = ended.calls.filter((call) => call.startsWith("pulumi "));
  const handed = await readFile(join(workspace, "dev.json"), "utf8").catch(() => "");
  return { ...ended, calls, handed };
}

test.each(["dev", "prod"])("a deploy of %s asks nobody and hides no failure", async (stack) => {
  const { code, calls } = await pulumi("deploy-stack.yml: deploy: Deploy the stack", {
    stack,
    commands: { pulumi: "exit 4" },
  });

  expect(code).toBe(4);
  expect(calls).toEqual([`pulumi up --yes --stack ${stack} --diff --non-interactive`]);
});

test("Pulumi sees the state's address, the stack's account and the secrets", async () => {
  const { log } = await pulumi("deploy-stack.yml: deploy: Deploy the stack", {
    commands: { pulumi: "env | grep -E '^(PULUMI|AWS|CLOUDFLARE)_' | sort" },
  });

  expect(log.trim().split("\n")).toEqual([
    "AWS_ACCESS_KEY_ID=a-secret",
    "AWS_SECRET_ACCESS_KEY=a-secret",
    "CLOUDFLARE_ACCOUNT_ID=0123",
    "CLOUDFLARE_API_TOKEN=a-secret",
    "PULUMI_ACCESS_TOKEN=a-secret",
    "PULUMI_BACKEND_URL=s3://state",
    "PULUMI_CONFIG_PASSPHRASE=a-secret",
  ]);
});

const VERIFY = "npm run --silent verify -- --stack prod --record verify.md";

test.each([
  ["kept", 0],
  ["broken", 1],
])("promises that are %s end the deploy with %i and stand in the summary", async (found, exit) => {
  const { code, summary, calls } = await verify(
    "a-secret",
    `echo ${found} > verify.md; exit ${exit}`,
  );

  expect(code).toBe(exit);
  expect(calls).toEqual([VERIFY]);
  expect(summary).toBe(`${found}\n`);
});

test("a verification that cannot begin fails without a summary", async () => {
  const { code, summary } = await verify("a-secret", "exit 2");

  expect({ code, summary }).toEqual({ code: 2, summary: "" });
});

test("without a token to read with, nothing is verified and the log says so", async () => {
  const { code, log, calls } = await verify("", "exit 1");

  expect({ code, calls }).toEqual({ code: 0, calls: [] });
  expect(log).toBe("not verified: the environment has no secret CLOUDFLARE_VERIFY_TOKEN\n");
});

test.each([
  ["no change", 0, 0, "found=none\n"],
  ["a change", 7, 0, "found=drift\n"],
  ["a refused token", 3, 3, ""],
  ["a program that fails", 1, 1, ""],
])("a look that meets %s says so without writing state", async (_, exit, code, outputs) => {
  const look = await pulumi("drift.yml: look: Look for drift", {
    commands: { pulumi: `exit ${exit}` },
  });

  expect(look.code).toBe(code);
  expect(look.outputs).toBe(outputs);
  expect(look.calls).toEqual([
    "pulumi preview --stack dev --refresh --expect-no-changes --diff --non-interactive",
  ]);
});

test.each([
  ["none", "none\n"],
  ["drift", "drift\n"],
  ["", "unknown\n"],
])("a look that found %o hands on %o", async (found, text) => {
  const workspace = await makeFolder();
  const values = { "matrix.stack": "dev", "steps.look.outputs.found": found };

  await runStep("drift.yml: look: Note what was found", { workspace, values });

  expect(await readFile(join(workspace, "dev.look"), "utf8")).toBe(text);
});

test("drift with no open issue opens one, under its label", async () => {
  const { code, calls } = await tell({ dev: "none", prod: "drift" });

  expect(code).toBe(0);
  expect(calls).toEqual([
    LIST,
    expect.stringContaining("gh label create drift --force"),
    expect.stringMatching(/^gh issue create --title Drift: .* --label drift --body /),
  ]);
  expect(calls[2]).toContain("⏎| dev | no drift |⏎| prod | **drift** |⏎⏎");
  expect(calls[2]).toContain("(https://github.test/you/gateway/actions/runs/7)");
  expect(calls[2]).toContain("or undo it: `pulumi up --refresh`.⏎");
});

test("drift with an open issue rewrites that issue and opens none", async () => {
  const { code, calls } = await tell({ dev: "drift", prod: "none" }, "12");

  expect(code).toBe(0);
  expect(calls).toEqual([
    LIST,
    expect.stringMatching(/^gh issue edit 12 --body .*\| dev \| \*\*drift\*\* \|/),
  ]);
});

test("no drift closes the open issue with a word", async () => {
  const { code, calls } = await tell({ dev: "none", prod: "none" }, "12");

  expect(code).toBe(0);
  expect(calls).toEqual([
    LIST,
    "gh issue close 12 --comment No drift any more: https://github.test/you/gateway/actions/runs/7",
  ]);
});

test("no drift and no open issue is no event", async () => {
  const { code, calls } = await tell({ dev: "none", prod: "none" });

  expect(code).toBe(0);
  expect(calls).toEqual([LIST]);
});

// A look that could not be made must not read as "no drift".
test("a look that failed is told like drift", async () => {
  const { calls } = await tell({ dev: "none", prod: "unknown" }, "12");

  expect(calls[1]).toMatch(/^gh issue edit 12 .*\| prod \| \*\*unknown\*\*/);
  expect(calls[1]).not.toContain("one without a report");
});

test.each(["none", "drift"])("a look that left nothing is told beside %s", async (prod) => {
  const { calls } = await tell({ prod }, "12", { looks: "failure" });

  expect(calls[1]).toMatch(/^gh issue edit 12 .*\| one without a report \| \*\*unknown\*\*/);
});

test("no look at all is told like drift", async () => {
  const { calls } = await tell({}, "12", { looks: "failure" });

  expect(calls[1]).toMatch(/^gh issue edit 12 .*\| one without a report \| \*\*unknown\*\*/);
});

test("nothing is opened when the open issues cannot be listed", async () => {
  const { code, calls } = await tell({ dev: "drift", prod: "none" }, "", { list: "exit 1" });

  expect(code).toBe(1);
  expect(calls).toEqual([LIST]);
});

const LIST = "gh issue list --label drift --state open --limit 1 --json number --jq .[].number";

/** Runs the step after a deploy in a folder of its own, with a stand-in for npm. */
async function verify(token: string, npm: string) {
  const workspace = await makeFolder();
  const values = {
    "vars.CLOUDFLARE_ACCOUNT_ID": "0123",
    "secrets.CLOUDFLARE_VERIFY_TOKEN": token,
    "inputs.stack": "prod",
  };
  return runStep("deploy-stack.yml: deploy: Verify the stack", {
    workspace,
    values,
    commands: { npm },
  });
}

function pulumi(step: string, { stack = "dev", ...scene }: Scene & { readonly stack?: string }) {
  const values = {
    "inputs.stack": stack,
    "matrix.stack": stack,
    "vars.PULUMI_BACKEND_URL": "s3://state",
    "vars.CLOUDFLARE_ACCOUNT_ID": "0123",
  };
  return runStep(step, { values, ...scene });
}

/** Runs the step that keeps the issue, of what each stack's look found. `open` is the number of the open one, or nothing. */
async function tell(
  found: Readonly<Record<string, string>>,
  open = "",
  { list = `echo '${open}'`, looks = "success" } = {},
) {
  const workspace = await makeFolder();
  await mkdir(join(workspace, "looks"));
  for (const [stack, text] of Object.entries(found)) {
    await writeFile(join(workspace, "looks", `${stack}.look`), `${text}\n`);
  }
  const values = {
    "github.server_url": "https://github.test",
    "github.repository": "you/gateway",
    "github.run_id": "7",
    "github.token": "a-token",
    "needs.look.result": looks,
  };
  const gh = `if [[ "$1 $2" == "issue list" ]]; then ${list}; fi`;
  return runStep("drift.yml: tell: Keep one issue", { workspace, values, commands: { gh } });
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "step-of-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
