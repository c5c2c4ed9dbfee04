/**
 * Deletes the old logs of one run in batches. A deletion reports no number and may ignore its
 * filter, so no run requests more than it counted, and its first deletion is a trial.
 */
import type { LogPage, LogsApi } from "./logs-api.ts";
import type { Platform } from "./request.ts";
import { RunEnd } from "./run-end.ts";

/** The waits after a deletion until the list shows it: it was reported to lag. */
const LOOK_AGAIN_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000] as const;

// The API's maximum, as reported. That it refuses more is not documented: after a refusal less is
// tried.
const LARGEST = 10_000;
const GROWTH = 10;

/** The gateway before the first deletion: the list of all logs, newest first. */
interface Start {
  readonly all: LogPage;
  readonly cutoff: number;
}

/** What a run deletes with. */
interface Tools {
  readonly api: LogsApi;
  readonly platform: Platform;
  /** Is called after each deletion that was seen. */
  readonly onBatch: () => void;
  /** Is called with the number of old logs, as far as it is counted. */
  readonly onLook: (total: number | undefined) => void;
}

/** Deletes logs until none is listed that is old; throws a RunEnd where some stay. */
export async function deleteInBatches(start: Start, tools: Tools): Promise<void> {
  const { api, platform } = tools;
  const { cutoff } = start;
  const oldest = () => api.look({ before: cutoff, direction: "asc" });
  let old = await oldest();
  const counted = await countOld(api, old, start);
  let largest = counted === undefined ? 1 : LARGEST;
  let size = 1;
  let requested = 0;
  let isTrial = true;
  while (old.first !== undefined) {
    // Not the latest count: it may lag behind the deletions of this run.
    const limit = Math.min(size, (counted ?? Infinity) - requested);
    if (limit === 0) throw new RunEnd("more than counted");
    const deletion = await api.deleteOldest(cutoff, limit);
    if (deletion === "not understood") {
      if (limit === 1) throw new RunEnd("refused", 400);
      largest = Math.ceil(size / GROWTH);
      size = largest;
      continue;
    }
    // One without an answer counts, too: it may have been done.
    requested += limit;
    const isRepeatable = deletion === "unknown" && counted !== undefined;
    const next = isRepeatable ? await oldest() : await lookUntilChanged(oldest, old, platform);
    if (isTrial) await checkYoung(api, start, requested);
    if (next === undefined) throw new RunEnd("no progress");
    if (deletion === "accepted") {
      tools.onBatch();
      isTrial = false;
      largest = Math.min(largest, takenOf(limit, old, next));
      size = Math.min(largest, size * GROWTH);
    }
    old = next;
    tools.onLook(old.first === undefined ? 0 : old.total);
  }
}

/**
 * Returns the number of old logs; undefined where it is absent, 0 beside a log, counts young logs
 * too, or exceeds the list.
 */
async function countOld(api: LogsApi, old: LogPage, start: Start): Promise<number | undefined> {
  const { all, cutoff } = start;
  const { total } = old;
  if (total === undefined || total === 0) return undefined;
  if (hasYoung(start) && total >= (all.total ?? Infinity)) return undefined;
  const last = await api.look({ before: cutoff, direction: "asc", place: total }).catch(refusal);
  return last === "refused" || last?.first !== undefined ? total : undefined;
}

/** Returns what a look so deep in a list came to: how deep one may look is not documented. */
function refusal(error: unknown): "refused" | undefined {
  if (!(error instanceof RunEnd) || error.ended === "filter ignored") throw error;
  return error.status === 400 ? "refused" : undefined;
}

/**
 * Throws a RunEnd where the newest log is gone, or more logs than were requested: then the API
 * ignored a filter, an order or a limit.
 */
async function checkYoung(api: LogsApi, start: Start, requested: number): Promise<void> {
  const { first: newest = 0, total } = start.all;
  const now = await api.look({ direction: "desc" });
  const isNewestGone = hasYoung(start) && (now.first ?? 0) < newest;
  const isMoreGone = (now.total ?? Infinity) < (total ?? 0) - requested;
  if (isNewestGone || isMoreGone) throw new RunEnd("filter ignored");
}

function hasYoung({ all, cutoff }: Start): boolean {
  return all.first !== undefined && all.first >= cutoff;
}

/**
 * Returns how many logs a deletion took where it took fewer than its limit, else Infinity: a limit
 * over the API's own would use up what was counted.
 */
function takenOf(limit: number, before: LogPage, after: LogPage): number {
  const taken = (before.total ?? 0) - (after.total ?? 0);
  // None was taken where the count lags behind the list.
  return taken > 0 && taken < limit ? taken : Infinity;
}

/** Looks until the list begins with another log; undefined where it never does. */
async function lookUntilChanged(
  look: () => Promise<LogPage>,
  before: LogPage,
  platform: Platform,
): Promise<LogPage | undefined> {
  for (const waitMs of LOOK_AGAIN_MS) {
    if (waitMs > 0) await platform.sleep(waitMs);
    const page = await look();
    // Not by the time alone: two logs may have the same.
    if (page.first !== before.first || page.id !== before.id) return page;
  }
  return undefined;
}
