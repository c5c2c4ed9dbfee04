/** Finds and deletes one caller's logs of one gateway. */
import { count } from "../../policy/words.ts";
import type { Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { findLogs, type Log } from "../look/logs.ts";
import { deleteLogs, isGone } from "./delete-logs.ts";

/** The caller whose logs are erased, and the end of the period. */
export interface Erasure {
  /** The caller's names in logs. */
  readonly callers: readonly string[];
  /** The end of the erased period, excluded. */
  readonly until: Date;
}

/** The ways in which an erasure reports progress and waits. */
interface EraseOptions {
  readonly onProgress: (text: string) => void;
  readonly wait: (ms: number) => Promise<unknown>;
}

const NOT_LISTED =
  "the Logs API does not heed a filter by id: it did not list a log that it has; nothing was deleted";

// A list reflects a deletion some time later; how much later is not documented.
const WAITS_MS = [1000, 2000, 4000, 8000, 16_000, 32_000];

/** Finds the logs whose metadata name the caller, oldest first. */
export async function findCallersLogs(
  gateway: Gateway,
  { callers, until }: Erasure,
  onProgress: EraseOptions["onProgress"],
): Promise<readonly Log[]> {
  const logs: Log[] = [];
  for await (const log of findLogs(gateway, { callers, until, isWhole: true }, "oldest first")) {
    logs.push(log);
    if (logs.length % 50 === 0) onProgress(`${logs.length} logs found`);
  }
  return logs;
}

/**
 * Deletes those logs and lists again until none is left, and returns what remains when their number
 * stops falling. The newest is deleted alone and first: a deletion that ignores its filter then
 * costs one log.
 */
export async function eraseLogs(
  gateway: Gateway,
  erasure: Erasure,
  { found, onProgress, wait }: EraseOptions & { readonly found: readonly Log[] },
): Promise<readonly Log[]> {
  if (found.length === 0) return [];
  const trial = found.slice(-1);
  // A list by id that is always empty would report every deletion as done.
  if (await isGone(gateway, trial)) throw new CommandError(NOT_LISTED);
  await deleteLogs(gateway, trial);
  await requireGone(gateway, trial, wait);

  let left = found;
  for (let tries = 0; left.length > 0 && tries < WAITS_MS.length;) {
    await deleteLogs(gateway, left, (deleted) =>
      onProgress(`${deleted} of ${count(left.length, "log")} deleted`),
    );
    await wait(WAITS_MS[tries] ?? 0);
    const now = await findCallersLogs(gateway, erasure, onProgress);
    tries = now.length < left.length ? 0 : tries + 1;
    left = now;
  }
  return left;
}

async function requireGone(
  gateway: Gateway,
  logs: readonly Log[],
  wait: EraseOptions["wait"],
): Promise<void> {
  for (const ms of [0, ...WAITS_MS]) {
    await wait(ms);
    if (await isGone(gateway, logs)) return;
  }
  const ids = logs.map(({ id }) => id).join(", ");
  throw new CommandError(
    `the API accepted the deletion of log ${ids}, and a minute later it is still there; no other deletion was requested`,
  );
}
