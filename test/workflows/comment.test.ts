/** The steps that comment on a pull request, run over what the jobs before it left. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { ROOT } from "../support/settings.ts";
import { runStep } from "../support/workflows.ts";

const COMMENTS = "repos/you/gateway/issues/12/comments";
const GATEWAY = "cloudflare:index/aiGateway:AiGateway::gateway";

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "comment-"));
  for (const folder of ["base", "review", "previews"]) await mkdir(join(workspace, folder));
  await cp(join(ROOT, "package.json"), join(workspace, "base/package.json"));
  for (const folder of ["ops", "policy", "infra", "node_modules"]) {
    await symlink(join(ROOT, folder), join(workspace, "base", folder));
  }
});
afterEach(() => rm(workspace, { recursive: true }));

test("one comment is written for each stack, of the review and its preview", async () => {
  await leave("gone", "dev");
  await leavePreview("dev", "update");

  const { code, log } = await write("success");

  expect({ code, log }).toEqual({ code: 0, log: "gone  not refused\ndev  not refused\n" });
  expect(await readdir(join(workspace, "comments"))).toEqual(["dev.md", "gone.md"]);
  const body = await readFile(join(workspace, "comments/dev.md"), "utf8");
  expect(body).toContain("**Preview:** 0 to create, 1 to update, 0 to replace, 0 to delete.");
  expect(body).toContain("(https://github.test/you/gateway/actions/runs/7)");
});

test("a gateway that would be replaced fails the job, and its comment is there to be posted", async () => {
  await leave("gone", "dev");
  await leavePreview("dev", "replace");

  const { code } = await write("success");

  expect(code).toBe(1);
  expect(await readFile(join(workspace, "comments/dev.md"), "utf8")).toContain("[!CAUTION]");
});

test.each([
  ["skipped", 0],
  ["success", 1],
  ["failure", 1],
  ["cancelled", 1],
])("previews that ended with %s and left nothing end the job with %i", async (result, code) => {
  await leave("gone", "dev");

  expect((await write(result)).code).toBe(code);
});

test("a stack without a comment gets one", async () => {
  await written("dev", "prod");

  const { code, calls } = await post("");

  expect(code).toBe(0);
  expect(calls.filter((call) => call.includes("--method"))).toEqual([
    `gh api --silent --method POST ${COMMENTS} --field body=@comments/dev.md`,
    `gh api --silent --method POST ${COMMENTS} --field body=@comments/prod.md`,
  ]);
});

test("a comment is found by its mark and its author, and updated in place", async () => {
  await written("dev", "prod");
  const bot = "github-actions[bot]";
  const comments = [
    [1, "stranger", "<!-- mark of dev -->\nmine"],
    [2, bot, "quotes <!-- mark of dev -->"],
    [3, bot, "<!-- mark of prod -->\nold"],
    [4, bot, "<!-- mark of dev -->\r\nold"],
    [5, bot, "<!-- mark of dev -->\nolder"],
  ].map(([id, login, body]) => ({ id, user: { login }, body }));

  const { calls } = await post(JSON.stringify(comments));

  expect(calls.filter((call) => call.includes("--method"))).toEqual([
    "gh api --silent --method PATCH repos/you/gateway/issues/comments/4 --field body=@comments/dev.md",
    "gh api --silent --method PATCH repos/you/gateway/issues/comments/3 --field body=@comments/prod.md",
  ]);
});

test("nothing is posted where the comments cannot be listed, or none was written", async () => {
  const none = await post("");
  await written("dev");
  const unlisted = await post("", "exit 1");

  expect(none).toMatchObject({ code: 0, calls: [] });
  expect(unlisted.code).toBe(1);
  expect(unlisted.calls).toHaveLength(1);
});

async function leave(gone: string, unreadable: string): Promise<void> {
  const parts = [
    { kind: "removed", stack: gone },
    { kind: "unreadable", stack: unreadable, problems: [], environments: [] },
  ];
  await writeFile(join(workspace, "review/review.json"), JSON.stringify(parts));
}

async function leavePreview(stack: string, op: string): Promise<void> {
  const steps = [{ op, urn: `urn:pulumi:${stack}::ai-gateway::${GATEWAY}` }];
  await writeFile(join(workspace, `previews/${stack}.json`), JSON.stringify({ steps }));
}

function write(previews: string) {
  const values = {
    "github.event.pull_request.head.sha": "0123456789abcdef0123456789abcdef01234567",
    "github.server_url": "https://github.test",
    "github.repository": "you/gateway",
    "github.run_id": "7",
    "needs.preview.result": previews,
  };
  return runStep("preview.yml: comment: Write the comments", { workspace, values });
}

async function written(...stacks: readonly string[]): Promise<void> {
  await mkdir(join(workspace, "comments"));
  for (const stack of stacks) {
    await writeFile(join(workspace, `comments/${stack}.md`), `<!-- mark of ${stack} -->\nnew\n`);
  }
}

/** Runs the step with a stand-in for gh that filters these comments as gh does, by what follows --jq. */
function post(comments: string, list = 'printf %s "$COMMENTS" | jq "${@: -1}"') {
  const values = {
    "github.token": "a-token",
    "github.repository": "you/gateway",
    "github.event.pull_request.number": "12",
  };
  const gh = `COMMENTS='${comments}'; if [[ $* == *--paginate* ]]; then ${list}; fi`;
  return runStep("preview.yml: comment: Post the comments", {
    workspace,
    values,
    commands: { gh },
  });
}
