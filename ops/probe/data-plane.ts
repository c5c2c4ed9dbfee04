/** Calls a model through the scratch gateway, and reads the logs. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { need } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { poll, readLogParts, type LogParts, type Patience } from "../look/log-parts.ts";
import { listLogs } from "../look/logs-api.ts";
import type { Scratch } from "./scratch.ts";

/** The means of calling a model through the scratch gateway. */
export interface DataPlane extends Patience {
  /** The origin of gateways, such as `https://gateway.ai.cloudflare.com`. */
  readonly url: URL;
  /** A token that may run the gateway and the models of Workers AI. */
  readonly token: string;
  readonly model: string;
}

/** An answer to a call of the model. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Calls the model through the gateway, and returns the answer, a refusal too. */
export async function send(
  { accountId, gatewayId, signal }: Scratch,
  { url, token, model }: DataPlane,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
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
  return { status: answer.status, body: await answer.text() };
}

/** Lists the logs some time after `count` of them are there, to find one too many. */
export async function settle(
  scratch: Scratch,
  plane: DataPlane,
  count: number,
): Promise<readonly string[]> {
  await waitForIds(scratch, plane, (ids) => ids.length >= count);
  await sleep(Math.min(plane.waitSeconds, 5) * 1000);
  return listIds(scratch);
}

/** Lists the ids of the newest logs once `isEnough`, or the time is over. */
export async function waitForIds(
  scratch: Scratch,
  patience: Patience,
  isEnough: (ids: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const answer = await poll(() => requestIds(scratch), isEnough, patience);
  return need("list the logs of the scratch gateway", answer);
}

/** Lists the ids of the newest logs. */
export function listIds(scratch: Scratch): Promise<readonly string[]> {
  return waitForIds(scratch, { waitSeconds: 0 }, () => true);
}

async function requestIds(scratch: Scratch) {
  scratch.signal.throwIfAborted();
  return listLogs(scratch, {}, ({ result }) => result.map(({ id }) => id));
}

/** Finds a log by id; undefined where there is none. Throws a CommandError for other failures. */
export async function findLog(scratch: Scratch, id: string): Promise<LogParts | undefined> {
  const log = await readLogParts(scratch, id);
  if (log.kind === "unknown") throw new CommandError(`a log cannot be read: ${log.reason}`);
  return log.kind === "answer" ? log.value : undefined;
}
