/** Calls through the scratch gateway, and what is in its log. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../cli/define-command.ts";
import { readLog, type CanaryLog } from "../verify/canary-log.ts";
import type { Scratch } from "./scratch.ts";

export interface DataPlane {
  /** `https://gateway.ai.cloudflare.com` */
  readonly url: URL;
  /** With AI Gateway Run and Workers AI Read. */
  readonly token: string;
  readonly model: string;
  readonly waitSeconds: number;
}

/** Returns the status. */
export async function call(
  { accountId, gatewayId, signal }: Scratch,
  { url, token, model }: DataPlane,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  signal.throwIfAborted();
  const answer = await fetch(new URL(`/v1/${accountId}/${gatewayId}/workers-ai/${model}`, url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "cf-aig-authorization": `Bearer ${token}`,
      authorization: `Bearer ${token}`,
      ...headers,
    },
    body: JSON.stringify({
      messages: [{ role: "user", content: `Answer with one word. probe-${randomUUID()}` }],
      max_tokens: 8,
    }),
    signal: AbortSignal.timeout(60_000),
  });
  await answer.text();
  return answer.status;
}

/** The logs when so many are there, or when the time is over; then once more, for one too many. */
export async function settle(scratch: Scratch, { waitSeconds }: DataPlane, count: number) {
  await until(
    () => listLogs(scratch),
    (logs) => logs.length >= count,
    waitSeconds,
  );
  await sleep(Math.min(waitSeconds, 5) * 1000);
  return listLogs(scratch);
}

export async function until<T>(
  ask: () => Promise<T>,
  isEnough: (value: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (isEnough(value) || Date.now() >= deadline) return value;
    await sleep(Math.min(1000, seconds * 1000));
  }
}

/** The newest 50, by id. */
export async function listLogs(scratch: Scratch): Promise<readonly string[]> {
  const { cloudflare, accountId, gatewayId, signal } = scratch;
  signal.throwIfAborted();
  const page = await cloudflare.aiGateway.logs.list(gatewayId, {
    account_id: accountId,
    per_page: 50,
  });
  return page.result.map(({ id }) => id);
}

/** Undefined where the API says that there is no such log; any other failure is one of the question. */
export async function findLog(scratch: Scratch, id: string): Promise<CanaryLog | undefined> {
  const log = await readLog(scratch, id);
  if (log.kind === "unknown") throw new CommandError(`a log cannot be read: ${log.reason}`);
  return log.kind === "answer" ? log.value : undefined;
}
