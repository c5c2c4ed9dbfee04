import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import type { Account } from "../../local/account.ts";
import { copyProject, type Project } from "../support/project.ts";
import { ROOT } from "../support/settings.ts";

const run = promisify(execFile);

// A project of its own: the configuration lies beside the local state.
let project: Project;
let script: Account["script"];
let file: string;
beforeAll(async () => {
  project = await copyProject();
  const { loadAccount } = await import(join(project.folder, "local/stack.ts"));
  const { writeWranglerConfig } = await import(join(project.folder, "local/wrangler-config.ts"));
  ({ script } = await loadAccount("prod", "key"));
  file = await writeWranglerConfig("prod", script);
});
afterAll(() => project.remove());

test("wrangler accepts the configuration made out of the declared Worker, and uploads Pulumi's own bytes", async () => {
  const out = await mkdtemp(join(tmpdir(), "wrangler-"));
  onTestFinished(() => rm(out, { recursive: true }));

  const { stdout } = await run(
    join(ROOT, "node_modules/.bin/wrangler"),
    ["deploy", "--dry-run", "--outdir", out, "--config", file],
    { env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" } },
  );

  expect(stdout).toMatch(/env\.AI +AI/);
  expect(stdout).toMatch(/env\.GATEWAY_ID \("shop-prod"\)/);
  expect(stdout).toMatch(/env\.COLLECT_LOGS \("metadata"\)/);
  const uploaded = await readFile(join(out, "chat.js"), "utf8");
  expect(uploaded).toBe(await readFile(join(project.folder, script.contentFile), "utf8"));
});

test("secret bindings are kept out of the configuration, beside it", async () => {
  const config = JSON.parse(await readFile(file, "utf8"));
  expect(Object.keys(config.vars)).not.toContain("CALLERS");
  expect(config).not.toHaveProperty("account_id");
  expect(await readFile(join(file, "../.dev.vars"), "utf8")).toMatch(
    /^CALLERS='\[\{"name":"local"/,
  );
});
