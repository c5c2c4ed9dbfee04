/** What tests of the probe share. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { startAccount, type AccountScene, type RunningAccount } from "./account.ts";
import { callOps, type Ended } from "./ops-command.ts";

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Starts an account with a fast clock, unless the scene has another: a window of spending is soon over. */
export async function start(scene?: AccountScene): Promise<RunningAccount> {
  const startedAt = Date.now();
  const now = () => startedAt + 10 * (Date.now() - startedAt);
  const running = await startAccount({ now, ...scene });
  onTestFinished(() => running.stop());
  return running;
}

export function probe(
  running: RunningAccount,
  words: readonly string[],
  changes: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return callOps("probe", wordsFor(running, words), { ...environmentOf(running), ...changes });
}

export function wordsFor({ url }: RunningAccount, words: readonly string[]): readonly string[] {
  const door = words.includes("--data-url") ? [] : ["--data-url", url.href];
  return ["--stack", "dev", ...door, ...words];
}

export function environmentOf({ apiUrl, key, accountId }: RunningAccount) {
  return {
    CLOUDFLARE_BASE_URL: apiUrl,
    CLOUDFLARE_API_TOKEN: key,
    CLOUDFLARE_ACCOUNT_ID: accountId,
  };
}
