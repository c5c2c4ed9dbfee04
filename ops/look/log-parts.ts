/** Finds which parts of a body a log holds, and waits for logs to appear. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Answer, Gateway } from "../account/account.ts";
import { hasText } from "../../policy/json.ts";
import { readLog } from "./logs-api.ts";

/** A log, split into its fields and the parts of its bodies. */
export interface LogParts {
  /** The log's fields, without those that hold parts of bodies. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The names of the parts that hold any text of a body. */
  readonly bodies: readonly string[];
}

/** Reads one log and finds which parts of its bodies it holds. */
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

/** The patience of a command. */
export interface Patience {
  /** The longest wait for a log to appear or to disappear, in seconds. */
  readonly waitSeconds: number;
}

/** Repeats a request, ever more slowly, until `isEnough` or the end of the time. */
export async function poll<T>(
  request: () => Promise<Answer<T>>,
  isEnough: (value: T) => boolean,
  { waitSeconds }: Patience,
): Promise<Answer<T>> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (let delay = 250; ; delay = Math.min(delay * 2, 5000)) {
    const answer = await request();
    const isOver = answer.kind === "answer" && isEnough(answer.value);
    const left = deadline - Date.now();
    if (isOver || answer.kind === "unknown" || left <= 0) return answer;
    await sleep(Math.min(delay, left));
  }
}
