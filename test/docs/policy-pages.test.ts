import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { policyPages, writePolicyPages } from "../../docs/policy-pages.ts";
import { ROOT } from "../support/settings.ts";

test("each stack file has its page, as it would be made now (npm run policy)", async () => {
  const pages = await policyPages(ROOT);

  expect(await readdir(join(ROOT, "docs/policy"))).toEqual([...pages.keys()]);
  for (const [file, text] of pages) {
    expect(await readFile(join(ROOT, "docs/policy", file), "utf8")).toBe(text);
  }
});

test("the page of a stack that is gone goes too", async () => {
  const folder = await copyStackFile();
  await mkdir(join(folder, "docs/policy"), { recursive: true });
  await writeFile(join(folder, "docs/policy/gone.md"), "old");

  await writePolicyPages(folder);

  expect(await readdir(join(folder, "docs/policy"))).toEqual(["prod.md"]);
});

test("a stack file that cannot be stated stops it, and no page is touched", async () => {
  const folder = await copyStackFile();
  await writeFile(join(folder, "Pulumi.wrong.yaml"), "config: { ai-gateway:tier: gold }\n");

  await expect(writePolicyPages(folder)).rejects.toThrow('ai-gateway:tier is "gold"');
  await expect(readdir(join(folder, "docs/policy"))).rejects.toThrow("ENOENT");
});

/** A folder with the production stack alone. */
async function copyStackFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(ROOT, "Pulumi.prod.yaml"), join(folder, "Pulumi.prod.yaml"));
  return folder;
}
