import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { Account } from "../../local/account.ts";
import { copyProject } from "../support/project.ts";

test("the stack's callers are kept, and the local one is added", async () => {
  const { script } = await load("[{ name: web, sha256: { secure: v1:abc } }]");

  const callers = script.bindings.find(({ name }) => name === "CALLERS");
  expect(JSON.parse(callers !== undefined && "text" in callers ? callers.text : "")).toEqual([
    { name: "web", sha256: "0".repeat(64) },
    { name: "local", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
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

/** The dev stack of a project of its own, with some callers. */
async function load(callers: string, worker?: string): Promise<Account> {
  const project = await copyProject();
  onTestFinished(project.remove);
  const line = `\n  ai-gateway:callers: ${callers}`;
  await project.edit("Pulumi.dev.yaml", "gatewayId: app-dev", `gatewayId: app-dev${line}`);
  if (worker !== undefined) {
    await project.replace("Pulumi.dev.yaml", (text) =>
      text.replace(/ai-gateway:worker:[^]*$/, `ai-gateway:worker: ${worker}\n`),
    );
  }
  const { loadAccount } = await import(join(project.folder, "local/stack.ts"));
  return loadAccount("dev", "key");
}
