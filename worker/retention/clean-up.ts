/**
 * One run: deletes, oldest first, what is older than the stack keeps. It has no memory: the next
 * run goes on.
 */
import { deleteInBatches } from "./batches.ts";
import type { Env } from "./env.ts";
import { openLogsApi, type LogsApi } from "./logs-api.ts";
import type { Platform } from "./request.ts";
import { RunEnd, type Ended } from "./run-end.ts";

/** How often the stack runs it: `17 * * * *` in infra/retention-worker.ts. */
const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

// A log's time is from a third clock, and the two that are read may be ahead of it.
const MARGIN_MS = 10 * 60_000;

/** The report of a run: numbers and times, and nothing of any log. */
export interface Report {
  readonly stack: string;
  readonly gateway: string;
  readonly keepDays: number;
  readonly ended: Ended;
  /** The status of the answer that ended it. */
  readonly status: number | undefined;
  /** The time before which logs were to be deleted. */
  readonly cutoff: string | undefined;
  /** Logs before and after the run, as far as the API counts them; it lags. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** An estimate: the API does not report it. */
  readonly deleted: number | undefined;
  readonly oldest: string | undefined;
  /** The part of the cap that is used: 0.25. */
  readonly full: number | undefined;
  /** Whether logs are left that two runs should have deleted. */
  readonly isBehind: boolean;
  readonly batches: number;
  readonly requests: number;
  readonly durationMs: number;
}

/** What is known so far, whenever the run ends. */
interface Tally {
  cutoff?: number;
  before?: number | undefined;
  oldBefore?: number | undefined;
  oldAfter?: number | undefined;
  batches: number;
}

/** Deletes what is older than the stack keeps, as far as one run gets. */
export async function cleanUp(env: Env, platform: Platform): Promise<Report> {
  const startedAt = platform.now();
  const api = openLogsApi(env, platform);
  const tally: Tally = { batches: 0 };
  const { ended, status } = await deleteOld(api, env, tally, platform).then(
    () => ({ ended: "done" as const, status: undefined }),
    asRunEnd,
  );
  const last = await api.lastLook().catch(asRunEnd);
  const left = last instanceof RunEnd ? undefined : last;
  const dueBefore = platform.now() - env.KEEP_DAYS * DAY_MS - MARGIN_MS - 2 * INTERVAL_MS;
  return {
    stack: env.STACK,
    gateway: env.GATEWAY_ID,
    keepDays: env.KEEP_DAYS,
    ended,
    status,
    cutoff: toText(tally.cutoff),
    before: tally.before,
    after: left?.total,
    deleted: difference(tally.oldBefore, tally.oldAfter),
    oldest: toText(left?.first),
    full: left?.total === undefined ? undefined : share(left.total, env.MAX_ENTRIES),
    isBehind: left?.first !== undefined && left.first < dueBefore,
    batches: tally.batches,
    requests: api.requests,
    durationMs: platform.now() - startedAt,
  };
}

/**
 * Returns the time before which logs are deleted, in milliseconds. The older of two clocks decides,
 * minus a margin: no clock that runs ahead makes a log older than it is.
 */
export function cutoffOf(keepDays: number, workerTime: number, serverTime: number): number {
  return Math.min(workerTime, serverTime) - keepDays * DAY_MS - MARGIN_MS;
}

async function deleteOld(api: LogsApi, env: Env, tally: Tally, platform: Platform): Promise<void> {
  const all = await api.look({ direction: "desc" });
  const cutoff = cutoffOf(env.KEEP_DAYS, platform.now(), all.serverTime);
  Object.assign(tally, { cutoff, before: all.total });
  // The newest old log is looked at first: a list whose filter is ignored begins with a young log
  // then, and the run ends here.
  const newest = await api.look({ before: cutoff, direction: "desc" });
  Object.assign(tally, { oldBefore: newest.total, oldAfter: newest.total });
  if (newest.first === undefined) return;

  const onBatch = () => void (tally.batches += 1);
  const onLook = (total: number | undefined) => void (tally.oldAfter = total);
  await deleteInBatches({ all, cutoff }, { api, platform, onBatch, onLook });
}

/** Returns the end of a run; throws anything else, which is a fault of ours. */
function asRunEnd(error: unknown): RunEnd {
  if (error instanceof RunEnd) return error;
  throw error;
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : Math.max(0, before - after);
}

function share(part: number, whole: number): number {
  return Math.round((part / whole) * 1000) / 1000;
}

function toText(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
