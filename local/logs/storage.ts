/** How full a gateway's log storage is, and when its oldest log goes. */
import type { Cap } from "./log.ts";
import type { LogStore } from "./store.ts";

export const DAY_MS = 24 * 60 * 60_000;

export interface Storage {
  readonly count: number;
  /** The time of the oldest log, in milliseconds since 1970; undefined when there is none. */
  readonly oldest: number | undefined;
  /** The number of logs of the last 24 hours: the rate at which storage fills. */
  readonly lastDay: number;
}

export interface Retention {
  /** The gateway's cap; undefined where storage is not bounded by count. */
  readonly cap: Cap | undefined;
  /** The days after which logs go; undefined where nothing goes by age. */
  readonly keepDays: number | undefined;
}

/** How the oldest log goes: by its age, or because the cap is reached, at a time. */
export type Fate =
  | { readonly kind: "age" | "cap"; readonly at: number }
  /** Logging stops at the cap, and what is kept stays. */
  | { readonly kind: "stops"; readonly at: number }
  /** The day is unknown: nothing goes by age, and the cap is not coming nearer. */
  | { readonly kind: "never" };

export function readStorage(store: LogStore, gateway: string, now: number): Storage {
  const [oldest] = store.rows("SELECT min(created_at) AS at FROM logs WHERE gateway = ?", [
    gateway,
  ]);
  const [recent] = store.rows(
    "SELECT count(*) AS n FROM logs WHERE gateway = ? AND created_at > ?",
    [gateway, now - DAY_MS],
  );
  const at = oldest?.["at"];
  return {
    count: store.countOf({ gateway, filters: [] }),
    oldest: typeof at === "number" ? at : undefined,
    lastDay: Number(recent?.["n"]),
  };
}

/**
 * Predicts when the oldest log goes, at the rate of the last 24 hours. A moment that has passed is
 * the next request, or the next run of the cleaning.
 */
export function fateOfOldest(
  { count, oldest, lastDay }: Storage & { readonly oldest: number },
  { cap, keepDays }: Retention,
  now: number,
): Fate {
  const byAge = keepDays === undefined ? Infinity : oldest + keepDays * DAY_MS;
  const room = cap === undefined ? Infinity : Math.max(0, cap.maxEntries - count);
  const byCap = room === 0 ? now : now + (room / lastDay) * DAY_MS;
  const staysAtCap = cap?.whenFull === "STOP_INSERTING";
  if (Number.isFinite(byAge) && (staysAtCap || byAge <= byCap)) return { kind: "age", at: byAge };
  if (!Number.isFinite(byCap)) return { kind: "never" };
  return { kind: staysAtCap ? "stops" : "cap", at: byCap };
}
