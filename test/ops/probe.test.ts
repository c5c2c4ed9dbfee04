/** `npm run probe` as it is typed, against the REST API and the data plane of a local account. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { withScratch } from "../../ops/probe/scratch.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { waitFor } from "../support/project.ts";
import { ROOT } from "../support/settings.ts";

test("every question is answered as the local account imitates it, and the gateway is gone", async () => {
  const running = await start();
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  onTestFinished(() => rm(folder, { recursive: true }));

  const { stdout } = await probe(running, ["--yes", "--out", folder, "--wait", "1", "--json"], {
    AI_GATEWAY_RUN_TOKEN: running.key,
  });

  const answers: readonly { point: number; answer: string }[] = JSON.parse(stdout);
  expect(answers.map(({ point, answer }) => [point, answer])).toEqual([
    [3, "there: none; not there: guardrails, spend_limits, otel"],
    [10, "there: guardrails, spend_limits, otel; not there: none"],
    [2, "1 of 2 calls left a log; one of them asked for it"],
    [1, "0 of 1 logs have a body"],
    [
      12,
      expect.stringMatching(
        /^created_at lt 2000-01-01T00:00:00Z: 0 of 4 deleted; created_at lt now, limit 1: 1 of 4 deleted, seen after \d+\.\d s$/,
      ),
    ],
    [12, "the log is not found by its id, and 0 are listed"],
  ]);
  expect(Object.keys(running.account.state.gateways)).toEqual(["app"]);
  const files = await readdir(folder);
  expect(files).toHaveLength(2);
  const evidence = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  expect(evidence.join("\n")).not.toMatch(
    new RegExp(`${running.accountId}|${running.key}|probe-[0-9a-f]{12}`),
  );
});

test("without a consent nothing is made", async () => {
  const running = await start();

  const { code, stderr } = await probe(running, []);

  expect(code).toBe(2);
  expect(stderr).toContain("--yes is missing, and nobody can be asked here");
});

test("a question that fails leaves no gateway behind", async () => {
  const running = await start();
  const connection = { accountId: running.accountId, cloudflare: running.client() };

  const work = withScratch(connection, async ({ cloudflare, accountId, gatewayId }) => {
    await cloudflare.aiGateway.create({
      account_id: accountId,
      id: gatewayId,
      cache_invalidate_on_update: true,
      cache_ttl: 0,
      collect_logs: false,
      rate_limiting_interval: 0,
      rate_limiting_limit: 0,
    });
    throw new Error("the question failed");
  });

  await expect(work).rejects.toThrow("the question failed");
  expect(Object.keys(running.account.state.gateways)).toEqual(["app"]);
});

test("Ctrl-C in the middle removes the gateway", async () => {
  const running = await start();
  // A token that may not run leaves no log, so that the command waits for one.
  const env = { ...environmentOf(running), AI_GATEWAY_RUN_TOKEN: "x".repeat(40) };
  const words = [
    "probe",
    "--stack",
    "dev",
    "--yes",
    "--wait",
    "60",
    "--data-url",
    running.url.href,
  ];
  const child = spawn(process.execPath, ["ops/run.js", ...words], { cwd: ROOT, env });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ids = () => Object.keys(running.account.state.gateways);
  await waitFor(
    () => ids().find((id) => id.startsWith("probe-")),
    () => stderr,
  );

  child.kill("SIGINT");
  const [code] = await once(child, "close");

  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "error: interrupted; the scratch gateway is removed\n",
  });
  expect(ids()).toEqual(["app"]);
});

async function start(): Promise<RunningAccount> {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  return running;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function probe(
  running: RunningAccount,
  words: readonly string[],
  changes: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { ...environmentOf(running), ...changes };
  const command = ["run", "--silent", "probe", "--", "--stack", "dev"];
  const args = [...command, "--data-url", running.url.href, ...words];
  return promisify(execFile)("npm", args, { cwd: ROOT, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

function environmentOf(running: RunningAccount) {
  return {
    ...process.env,
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_API_TOKEN: running.key,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    AI_GATEWAY_RUN_TOKEN: "",
  };
}
