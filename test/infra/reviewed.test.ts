import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { expect, onTestFinished, test, vi } from "vitest";

import { readDeployed, stackName } from "../../infra/deployed.ts";
import { keepReviewed } from "../../infra/reviewed.ts";
import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { makeProjectFolder } from "../../record/project-folder.ts";
import { stackConfig, stackValues } from "../support/settings.ts";

type Changes = Parameters<typeof stackValues>[1];

test("a deploy of what was reviewed goes on, and has the fingerprint of its page", async () => {
  const folder = await makeFolder("prod");

  await expect(deploy(folder, "prod")).resolves.toMatch(/^[0-9a-f]{16}$/);
  await expect(deploy(folder, "acme/ai-gateway/prod")).resolves.toMatch(/^[0-9a-f]{16}$/);
});

test("settings that the reviewed file does not have stop a deploy, each by name", async () => {
  const folder = await makeFolder("prod");
  const readers = [{ name: "stranger", kind: "ci", until: "2026-12-31", token: true }];

  const message = await refusal(deploy(folder, "prod", { readers, zdr: true }));

  expect(message.split("\n")).toEqual([
    "Pulumi handed over other settings than Pulumi.prod.yaml has, so what would be deployed was not reviewed:",
    '  ai-gateway:readers[0].name is "stranger", and the stack file has none',
    '  ai-gateway:readers[0].kind is "ci", and the stack file has none',
    '  ai-gateway:readers[0].until is "2026-12-31", and the stack file has none',
    "  ai-gateway:readers[0].token is true, and the stack file has none",
    "  ai-gateway:zdr is true, and the stack file has false",
    "  ai-gateway:readers is absent, and the stack file has []",
    expect.stringContaining("they may come from an environment (Pulumi ESC), --config-file, -c"),
  ]);
});

test("where the project has a file that Pulumi reads instead, the refusal names it", async () => {
  const folder = await makeFolder("dev");
  writeFileSync(join(folder, "Pulumi.json"), "{}");

  expect(await refusal(deploy(folder, "dev", { zdr: true }))).toContain(
    "Pulumi.json is there, and Pulumi may read it in place of Pulumi.yaml",
  );
});

test("a stack without a file is refused with what to do", async () => {
  const folder = await makeFolder("dev");

  expect(await refusal(deploy(folder, "staging"))).toMatch(
    /^stack staging has no file Pulumi\.staging\.yaml in .*; copy another stack's, .*npm run policy$/,
  );
});

test.each([
  [
    "is of another policy",
    (page: string) => writeFileSync(page, "Fingerprint `0123456789abcdef`\n"),
  ],
  ["has no fingerprint", (page: string) => writeFileSync(page, "")],
  ["is gone", (page: string) => rmSync(page)],
])("a page that %s stops production, and warns in development", async (_, change) => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  onTestFinished(() => warn.mockRestore());
  const prod = await makeFolder("prod");
  const dev = await makeFolder("dev");
  change(join(prod, "docs/policy/prod.md"));
  change(join(dev, "docs/policy/dev.md"));

  expect(await refusal(deploy(prod, "prod"))).toMatch(/^docs\/policy\/prod\.md .*npm run policy/);
  await expect(deploy(dev, "dev")).resolves.toMatch(/^[0-9a-f]{16}$/);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^docs\/policy\/dev\.md /)]]);
});

test("a secret that another provider encrypted anew is the same policy", async () => {
  const folder = await makeFolder("prod");
  const file = join(folder, "Pulumi.prod.yaml");
  const before = await deploy(folder, "prod");
  const text = readFileSync(file, "utf8");
  const encrypted = JSON.parse(text.replaceAll("v1:hidden", "v1:other"));
  writeFileSync(
    file,
    JSON.stringify({ ...encrypted, encryptionsalt: "v1:x", secretsprovider: "awskms://k" }),
  );

  await expect(deploy(folder, "prod")).resolves.toBe(before);
});

async function makeFolder(stack: "dev" | "prod"): Promise<string> {
  const { path, remove } = await makeProjectFolder(stack, stackConfig(stack));
  onTestFinished(remove);
  return path;
}

/** What Pulumi hands over: the reviewed settings, with some written differently. */
async function deploy(folder: string, name: string, changes: Changes = {}): Promise<string> {
  const parsed = parseSettings(stackValues(name.endsWith("prod") ? "prod" : "dev", changes));
  if (!parsed.ok) throw new Error("not settings");
  return keepReviewed(
    { settings: parsed.settings, others: new Map() },
    readDeployed(folder, stackName(name)),
  );
}

async function refusal(deployed: Promise<string>): Promise<string> {
  const error: unknown = await deployed.catch((reason: unknown) => reason);
  if (!pulumi.RunError.isInstance(error)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}
