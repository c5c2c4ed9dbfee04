import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";

import type { Account } from "../../local/account.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { copyProject, type Project } from "../support/project.ts";
import { stackText } from "../support/settings.ts";

let project: Project;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

test("the stack's callers are kept, and the local one is added", async () => {
  const { script } = await load("[{ name: web, sha256: { secure: v1:abc } }]");

  const callers = script.bindings.find(({ name }) => name === "CALLERS");
  expect(JSON.parse(callers !== undefined && "text" in callers ? callers.text : "")).toEqual([
    { name: "web", sha256: "0".repeat(64) },
    { name: "local", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
});

// Else the program would warn of spending without a bound, which the file has.
test("the local caller has a limit of money where each of the stack's has one", async () => {
  const limited =
    "{ name: web, sha256: { secure: v1:abc }, limitUsd: { usd: 5, windowSeconds: 3600 } }";
  const open = "{ name: app, sha256: { secure: v1:abd } }";

  const limits = async (callers: string) => {
    const { gateways } = await load(callers);
    return gateways.get("shop-dev")?.spendLimits?.rules?.length ?? 0;
  };

  expect(await limits(`[${limited}]`)).toBe(2);
  expect(await limits(`[${limited}, ${open}]`)).toBe(1);
  expect(await limits("[]")).toBe(0);
});

test("a caller that a deploy would refuse is refused here, and a token is not shown", async () => {
  const loaded = load("[{ nmae: web, sha256: plain-token }]");

  await expect(loaded).rejects.toThrow(
    /callers\[0\]\.name is missing.*callers\[0\]\.sha256 has a value.*callers\[0\]\.nmae is not/s,
  );
  await expect(loaded).rejects.not.toThrow("plain-token");
});

test("an encrypted setting that is no secret stops it, and says so", async () => {
  await expect(load("[]", "{ secure: v1:abc }")).rejects.toThrow("worker is encrypted");
});

test("a value that a review calls unclear stops it, too", async () => {
  await expect(load("[{ name: 010, sha256: { secure: v1:abc } }]")).rejects.toThrow(
    "callers[0].name is 010 without quotes",
  );
});

// Not only what the settings are wrong in: a secret in clear, another namespace, the deploy's address.
test("whatever a review refuses of a file stops it, with the review's own words", async () => {
  const worker = '{ name: w, models: [5, "@cf/a/b", "@cf/a/b", "custom/x", null] }';
  const more = `  ai-gateway:anonymousCallers: { key: ${"ab".repeat(32)} }
  ai-gateway:exports:
    - { kind: otel, url: "https://a.example.com", headers: { Authorization: Bearer supersecret } }
  aigateway:rateLimit: 5
  cloudflare:apiToken: planted-token
  cloudflare:baseUrl: https://elsewhere.example.com
`;
  const loaded = load("[{ name: web, sha256: planted-hash }]", worker, more);
  const refused = await loaded.catch((error: unknown) => error);

  const read = parseStackFile("dev", await readFile(join(project.folder, "Pulumi.dev.yaml")));
  expect(read).toMatchObject({ ok: false, problems: { length: 10 } });
  expect(refused).toMatchObject({ message: formatProblems("dev", read.ok ? [] : read.problems) });
  expect(String(refused)).not.toMatch(/supersecret|planted/);
});

test("evidence that cannot be read stops it with the file's name", async () => {
  const folder = join(project.folder, "docs/evidence");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "probe-2026-11-23.json"), "{");
  onTestFinished(() => rm(folder, { recursive: true }));

  const loaded = load("[]");

  const { StackError } = await import(join(project.folder, "local/stack-error.ts"));
  await expect(loaded).rejects.toThrow(StackError);
  await expect(loaded).rejects.toThrow(
    /^evidence cannot be read:\n {2}docs\/evidence\/probe-2026-11-23.json: the file is no JSON; run npm run probe again, or restore it$/,
  );
});

test("a policy page that cannot be read is a warning, and the stack runs", async () => {
  const printed = vi.spyOn(console, "error").mockReturnValue();
  await mkdir(join(project.folder, "docs"), { recursive: true });
  await symlink(tmpdir(), join(project.folder, "docs/policy"));
  onTestFinished(() => rm(join(project.folder, "docs/policy")));

  await expect(load("[]")).resolves.toMatchObject({ gateways: expect.anything() });
  expect(printed.mock.calls).toEqual([
    ["warning: docs/policy is reached by a link; it is a folder of the project"],
  ]);
});

test("a setting under the project's own name stops it, as it does a review", async () => {
  await project.edit("Pulumi.yaml", "name: ", "name: acme-llm # ");
  onTestFinished(() => project.edit("Pulumi.yaml", "name: acme-llm # ", "name: "));

  await expect(load("[]", undefined, "  acme-llm:zdr: true\n")).rejects.toThrow(
    /^stack dev has 1 problem:\n {2}acme-llm:zdr is read by nothing here; write it as ai-gateway:zdr$/,
  );
});

/** Loads the dev stack with some callers, another Worker, and more settings. */
async function load(callers: string, worker?: string, more = ""): Promise<Account> {
  const dev = stackText("dev");
  const line = `\n  ai-gateway:callers: ${callers}`;
  const text = dev.replace("gatewayId: shop-dev", `gatewayId: shop-dev${line}`);
  const changed =
    worker === undefined
      ? text
      : text.replace(/ai-gateway:worker:[^]*$/, `ai-gateway:worker: ${worker}\n`);
  await writeFile(join(project.folder, "Pulumi.dev.yaml"), changed + more);
  const { loadAccount } = await import(join(project.folder, "local/stack.ts"));
  return loadAccount("dev", "key");
}
