/** What a canary left in the log: found by its ids, in a bounded time. */
import { setTimeout as sleep } from "node:timers/promises";

import { tryAsk, type Account, type Answer, type Connection } from "../account/account.ts";
import { readLogBody } from "../account/log-body.ts";
import type { Canary } from "./canary.ts";

/** One log with all its fields, bodies apart. */
export interface CanaryLog {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The parts of it in which the canary's mark, or any text of a body, stands. */
  readonly bodies: readonly string[];
}

const PERMISSION = "AI Gateway Read";

/** Every log of a canary, guardrail evaluations included: by event id, and by log id where one came back. */
export async function findLogs(
  account: Account,
  { eventId, logId }: Canary,
): Promise<Answer<readonly CanaryLog[]>> {
  const { cloudflare, accountId, stack } = account;
  const { gatewayId } = stack.settings;
  const ids = new Set(logId === undefined ? [] : [logId]);
  if (eventId !== undefined) {
    const filters = [{ key: "event_id" as const, operator: "eq" as const, value: [eventId] }];
    const question = cloudflare.aiGateway.logs.list(gatewayId, { account_id: accountId, filters });
    const listed = await tryAsk(PERMISSION, question);
    if (listed.kind !== "answer") return listed;
    for (const { id } of listed.value.result) ids.add(id);
  }
  const logs: CanaryLog[] = [];
  for (const id of ids) {
    const log = await readLog({ ...account, gatewayId }, id);
    if (log.kind === "unknown") return log;
    if (log.kind === "answer") logs.push(log.value);
  }
  return { kind: "answer", value: logs };
}

/** One log of a gateway, by its id. */
export async function readLog(
  gateway: Connection & { readonly gatewayId: string },
  id: string,
): Promise<Answer<CanaryLog>> {
  const { cloudflare, accountId, gatewayId } = gateway;
  const place = { account_id: accountId, gateway_id: gatewayId };
  const detail = await tryAsk(PERMISSION, cloudflare.aiGateway.logs.get(id, place));
  if (detail.kind !== "answer") return detail;
  const { request_head, response_head, ...fields } = detail.value;
  const bodies = Object.entries({ request_head, response_head })
    .filter(([, head]) => hasText(head))
    .map(([name]) => name);
  for (const side of ["request", "response"] as const) {
    const body = await tryAsk(PERMISSION, readLogBody(gateway, gatewayId, { id, side }));
    if (body.kind === "unknown") return body;
    if (body.kind === "answer" && hasText(body.value)) bodies.push(side);
  }
  return { kind: "answer", value: { fields, bodies } };
}

function hasText(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return !["", "{}", "[]", '""', "null"].includes(text);
}

export interface Patience {
  /** Longest wait for a log to appear, in seconds. */
  readonly waitSeconds: number;
}

/** Asks again, ever more slowly, until `isEnough` or the time is over; the last answer counts. */
export async function poll<T>(
  ask: () => Promise<Answer<T>>,
  isEnough: (value: T) => boolean,
  { waitSeconds }: Patience,
): Promise<Answer<T>> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (let delay = 250; ; delay = Math.min(delay * 2, 5000)) {
    const answer = await ask();
    const isOver = answer.kind === "answer" && isEnough(answer.value);
    const left = deadline - Date.now();
    if (isOver || answer.kind === "unknown" || left <= 0) return answer;
    await sleep(Math.min(delay, left));
  }
}
