/** Which parts of a body a log has, and the wait for a log. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Answer, Gateway } from "../account/account.ts";
import { readLog } from "./logs-api.ts";

export interface LogParts {
  /** All fields of the log, bodies apart. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The parts of it in which any text of a body stands. */
  readonly bodies: readonly string[];
}

export async function readLogParts(gateway: Gateway, id: string): Promise<Answer<LogParts>> {
  const log = await readLog(gateway, id);
  if (log.fields.kind !== "answer") return log.fields;
  const { request_head, response_head, ...fields } = log.fields.value;
  const parts: [string, unknown][] = Object.entries({ request_head, response_head });
  for (const side of ["request", "response"] as const) {
    const body = log[side];
    if (body.kind === "unknown") return body;
    if (body.kind === "answer") parts.push([side, body.value]);
  }
  const bodies = parts.filter(([, part]) => hasText(part)).map(([name]) => name);
  return { kind: "answer", value: { fields, bodies } };
}

function hasText(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return !["", "{}", "[]", '""', "null"].includes(text);
}

export interface Patience {
  /** Longest wait for a log to appear or to go, in seconds. */
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
