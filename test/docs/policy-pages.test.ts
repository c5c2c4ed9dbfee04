import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { policyPages, writePolicyPages } from "../../docs/policy-pages.ts";
import { copyProject } from "../support/project.ts";
import { ROOT } from "../support/settings.ts";

test("each stack file has its page, as it would be made now (npm run policy)", async () => {
  const pages = await policyPages(ROOT);

  expect(await readdir(join(ROOT, "docs/policy"))).toEqual([...pages.keys()]);
  for (const [file, text] of pages) {
    expect(await readFile(join(ROOT, "docs/policy", file), "utf8")).toBe(text);
  }
});

test("the page of a stack that is gone goes too", async () => {
  const project = await copyProject();
  onTestFinished(project.remove);
  await mkdir(join(project.folder, "docs/policy"), { recursive: true });
  await writeFile(join(project.folder, "docs/policy/gone.md"), "old");

  await writePolicyPages(project.folder);

  expect(await readdir(join(project.folder, "docs/policy"))).toEqual(["dev.md", "prod.md"]);
});

test("a stack file that cannot be stated stops it, and leaves every page as it was", async () => {
  const project = await copyProject();
  onTestFinished(project.remove);
  await project.edit("Pulumi.prod.yaml", "tier: production", "tier: gold");

  await expect(writePolicyPages(project.folder)).rejects.toThrow(
    'stack prod has 1 problem:\n  ai-gateway:tier is "gold"',
  );
  await expect(readdir(join(project.folder, "docs/policy"))).rejects.toThrow("ENOENT");
});
