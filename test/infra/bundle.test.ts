import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { onTestFinished, expect, test } from "vitest";

import { bundleWorker } from "../../infra/bundle.ts";
import { ROOT } from "../support/settings.ts";

test("the declared hash is that of the file's bytes", async () => {
  const { file, sha256 } = await bundleWorker("chat");

  const bytes = await readFile(join(ROOT, file));
  expect(file).toBe("dist/chat.js");
  expect(sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("the bundle is the same in another folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(ROOT, "infra"), join(folder, "infra"), { recursive: true });
  await cp(join(ROOT, "worker"), join(folder, "worker"), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));

  const here = await bundleWorker("chat");
  const { bundleWorker: bundleThere } = await import(join(folder, "infra/bundle.ts"));

  expect(await bundleThere("chat")).toEqual(here);
});

// Cloudflare takes 3 MiB; what an isolate starts with, it parses first. `npm run bench` has the size.
test("the chat Worker's bundle stays under 64 KiB gzipped", async () => {
  const { file } = await bundleWorker("chat");

  const { length } = gzipSync(await readFile(join(ROOT, file)), { level: 9 });

  expect(length).toBeLessThan(64 * 1024);
});

test("the bundle imports nothing: it is one module", async () => {
  const { file } = await bundleWorker("chat");

  const text = await readFile(join(ROOT, file), "utf8");
  expect(text).not.toMatch(/\bfrom ?"|\bimport ?\(|\brequire\(/);
});
