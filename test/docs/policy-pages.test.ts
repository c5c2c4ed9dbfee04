import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { listStale } from "../../docs/generated.ts";
import { generatePolicyPages, policyPages, writePolicyPages } from "../../docs/policy-pages.ts";
import { ROOT, STACKS } from "../support/settings.ts";

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

test("a stale page, a missing one and one of no stack are named, and none is touched", async () => {
  const folder = await copyStackFile();
  await writePolicyPages(folder);
  const files = () => generatePolicyPages(folder);
  const before = await listStale(folder, await files());
  await cp(join(STACKS, "Pulumi.dev.yaml"), join(folder, "Pulumi.dev.yaml"));
  await writeFile(join(folder, "docs/policy/gone.md"), "old");
  await writeFile(join(folder, "docs/policy/prod.md"), "old");

  const after = await listStale(folder, await files());

  expect(before).toEqual([]);
  expect(after.toSorted()).toEqual(["dev", "gone", "prod"].map((name) => `docs/policy/${name}.md`));
});

test.each(["docs/policy-pages.ts", "docs/update.ts"])(
  "%s refuses words that it does not know",
  async (file) => {
    const run = (word: string) =>
      promisify(execFile)(process.execPath, [file, word], { cwd: ROOT }).then(
        ({ stdout }) => ({ code: 0, text: stdout }),
        ({ code, stderr }: { readonly code: number; readonly stderr: string }) => ({
          code,
          text: stderr,
        }),
      );

    const wrong = await run("extra");
    const help = await run("--help");

    expect(wrong).toMatchObject({ code: 2, text: expect.stringContaining("'extra'") });
    expect(help).toMatchObject({ code: 0, text: expect.stringMatching(/^usage: npm run \w+ /) });
  },
);

test("a page cites the evidence of its project, and no other file of that folder", async () => {
  const folder = await copyStackFile();
  await writeEvidence(folder, "probe-2026-11-23.json", EVIDENCE);
  await writeEvidence(folder, "notes.md", "broken");

  const page = (await policyPages(folder)).get("prod.md");

  expect(page).toContain("none is declared (seen in part on 2026-11-23: 10)");
  expect(page).toContain("otel is gone (docs/evidence/probe-2026-11-23.json)");
});

test("evidence that cannot be read stops it with all problems, and no page is touched", async () => {
  const folder = await copyStackFile();
  await writeEvidence(folder, "probe-1.json", "{}");
  await writeEvidence(folder, "probe-2.json", "");

  await expect(writePolicyPages(folder)).rejects.toThrow(
    [
      "evidence cannot be read:",
      "  docs/evidence/probe-1.json: asked is missing; set it to a group of api, gateways, logSystem, sdk, model",
      "  docs/evidence/probe-1.json: answers is missing; set it to a list",
      "  docs/evidence/probe-2.json: the file is no JSON; run npm run probe again, or restore it",
    ].join("\n"),
  );
  expect(await readdir(join(folder, "docs"))).toEqual(["evidence"]);
});

test.each(["docs/evidence", "docs"])("evidence behind a link at %s is not read", async (name) => {
  const [folder, elsewhere] = [await copyStackFile(), await copyStackFile()];
  // What a message about the file would repeat.
  await writeEvidence(elsewhere, "probe.json", '{"secret-of-the-machine":1}');
  if (name !== "docs") await mkdir(join(folder, "docs"));
  await symlink(join(elsewhere, name), join(folder, name));

  await expect(policyPages(folder)).rejects.toThrow(
    /^docs\/evidence is reached by a link; it is a folder of the project$/,
  );
});

test("evidence that is no folder is not taken for none", async () => {
  const folder = await copyStackFile();
  await mkdir(join(folder, "docs"));
  await writeFile(join(folder, "docs/evidence"), "");

  await expect(policyPages(folder)).rejects.toThrow("ENOTDIR");
});

test("a project in a folder that is itself a link has its evidence", async () => {
  const folder = await copyStackFile();
  await writeEvidence(folder, "probe.json", EVIDENCE);
  const link = join(await copyStackFile(), "link");
  await symlink(folder, link);

  expect((await policyPages(link)).get("prod.md")).toContain("seen in part on 2026-11-23");
});

const EVIDENCE = JSON.stringify({
  asked: { api: "https://api.cloudflare.com", logSystem: "legacy", sdk: "cloudflare 7.3.0" },
  answers: [
    {
      question: "switched-off",
      at: "2026-11-23T09:30:00Z",
      verdict: "kept",
      seen: "otel is gone",
    },
  ],
});

async function writeEvidence(folder: string, name: string, text: string): Promise<void> {
  await mkdir(join(folder, "docs/evidence"), { recursive: true });
  await writeFile(join(folder, "docs/evidence", name), text);
}

/** A folder with the production stack alone. */
async function copyStackFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(STACKS, "Pulumi.prod.yaml"), join(folder, "Pulumi.prod.yaml"));
  return folder;
}
