/** The real wrangler against the local account's API. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { versionIdOf } from "../../../local/api/worker-record.ts";
import { startAccount, type RunningAccount } from "../../support/account.ts";
import { ROOT } from "../../support/settings.ts";

/** Asks a model through the gateway its binding names. */
const SOURCE = `export default {
  async fetch(request, env) {
    const inputs = { messages: [{ role: "user", content: env.WORD + env.SECRET }] };
    const answer = await env.AI.run("@cf/a/b", inputs, { gateway: { id: "app" } });
    return Response.json({ said: answer.response });
  },
};`;

const CONFIG = {
  name: "by-wrangler",
  main: "worker.js",
  compatibility_date: "2026-10-23",
  workers_dev: true,
  ai: { binding: "AI" },
  vars: { WORD: "from ", SECRET: "wrangler" },
};

test("wrangler deploys a Worker here, and once more, sets a secret and deletes it", async () => {
  const { running, wrangler, configure, printed } = await start();

  const first = await wrangler("deploy");
  expect(running.account.state.workers["by-wrangler"]?.subdomain.enabled).toBe(true);
  const said = [await ask(running)];
  await configure({ ...CONFIG, vars: { WORD: "once " } });
  const second = await wrangler("deploy");
  const secret = await wrangler("secret", "put", "SECRET");
  said.push(await ask(running));
  const url = await running.workers.find("by-wrangler");
  const deleted = await wrangler("delete");

  expect(deleted.output).toContain("Successfully deleted by-wrangler");
  expect([first, second, secret, deleted].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(second.output).toMatch(VERSION);
  expect(said).toEqual([
    expect.stringContaining("You said: from wrangler"),
    expect.stringContaining("You said: once typed"),
  ]);
  // Its address is printed once, and not at each upload.
  expect(printed).toEqual([`by-wrangler, as it was uploaded: ${url?.origin}`]);
  expect(deleted.output).toContain("Successfully deleted by-wrangler");
  expect(running.account.state.workers).toEqual({});
});

test("wrangler lists what is there, and what is not imitated it refuses in one sentence", async () => {
  const { running, wrangler } = await start();
  const version = await upload(running);

  const [whoami, deployments, versions, tail] = await Promise.all([
    wrangler("whoami"),
    wrangler("deployments", "list"),
    wrangler("versions", "list"),
    wrangler("tail"),
  ]);

  expect(whoami).toMatchObject({ code: 0, output: expect.stringContaining(running.accountId) });
  expect(deployments).toMatchObject({ code: 0, output: expect.stringContaining(version) });
  // wrangler prints a field that is published as optional, and is not there, as "undefined".
  expect(deployments.output).toMatch(/Author: +token@account\.invalid/);
  expect(deployments.output).not.toContain("undefined");
  const refusal =
    "does not imitate older versions, nor a rollback: of by-wrangler only the newest upload is kept [code: 501]";
  expect(versions).toMatchObject({ code: 1, output: expect.stringContaining(refusal) });
  const { versions: ofWorker } = running.client().workers.scripts;
  const unknown = "0".repeat(8) + version.slice(8);
  await expect(
    ofWorker.get(unknown, { account_id: running.accountId, script_name: "by-wrangler" }),
  ).rejects.toMatchObject({ status: 501 });
  expect(tail.code).toBe(1);
  expect(tail.output).toContain(
    "does not imitate a tail: what by-wrangler writes to its console appears where npm start runs [code: 501]",
  );
});

const VERSION = /Current Version ID: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** Uploads the Worker without wrangler, each of whose starts takes a second, and returns its version. */
async function upload({ apiUrl, accountId, key, account }: RunningAccount): Promise<string> {
  const form = new FormData();
  const { compatibility_date } = CONFIG;
  form.set("metadata", JSON.stringify({ main_module: "worker.js", compatibility_date }));
  form.set("worker.js", new Blob([SOURCE], { type: "application/javascript+module" }), "worker.js");
  await fetch(`${apiUrl}/accounts/${accountId}/workers/scripts/by-wrangler`, {
    method: "PUT",
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  const worker = account.state.workers[CONFIG.name];
  if (worker === undefined) throw new Error("the account has not taken the upload");
  return versionIdOf(worker);
}

/** Starts an account, and makes a folder with a Worker for wrangler. */
async function start() {
  const printed: string[] = [];
  const running = await startAccount({ print: (line) => void printed.push(line) });
  onTestFinished(() => running.stop());
  const folder = await mkdtemp(join(tmpdir(), "wrangler-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const configure = (config: object) =>
    writeFile(join(folder, "wrangler.json"), JSON.stringify(config));
  await configure(CONFIG);
  await writeFile(join(folder, "worker.js"), SOURCE);
  const wrangler = (...args: readonly string[]) => runWrangler(running, folder, args);
  return { running, wrangler, configure, printed };
}

/** Runs wrangler, with `typed` on its standard input, where it wants a secret. */
function runWrangler(
  { apiUrl, key, accountId }: RunningAccount,
  folder: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    PATH: process.env["PATH"],
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    HOME: folder,
    CLOUDFLARE_API_BASE_URL: apiUrl,
    CLOUDFLARE_API_TOKEN: key,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
  };
  const program = join(ROOT, "node_modules/.bin/wrangler");
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
    child.stdin?.end("typed");
  });
}

async function ask({ workers }: RunningAccount): Promise<string> {
  const answer: unknown = await (await fetch((await workers.find("by-wrangler")) ?? "")).json();
  return String(Object(answer).said);
}
