/** Checks the stored logs: the oldest, how near the cap they are, and which system keeps them. */
import { z } from "zod";

import type { Settings } from "../../policy/settings/settings.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { checkAnswer, type Account } from "../account/account.ts";
import { finding, noGateway, withoutAnswer, type Finding } from "../look/finding.ts";
import { listLogs } from "../look/logs-api.ts";

interface StoredLogs {
  readonly count: number;
  /** The time of the oldest log, in ISO form; absent where there is none. */
  readonly oldest?: string | undefined;
}

// The SDK's type leaves out the count.
const pageSchema = z.object({
  result: z.array(z.object({ created_at: z.string() })),
  result_info: z.object({ total_count: z.number() }),
});

/** Checks the stored logs against the stack's limits. */
export async function checkLogs(account: Account): Promise<readonly Finding[]> {
  const { logs } = account.stack.settings;
  const listing = { order: "oldest first", perPage: 1, isCounted: true } as const;
  const answer = await listLogs(account, listing, (page) => {
    const { result, result_info } = checkAnswer("a list of logs", pageSchema, page);
    return { count: result_info.total_count, oldest: result[0]?.created_at };
  });
  if (answer.kind !== "answer") {
    return withoutAnswer("stored logs", answer, noGateway(account.stack));
  }
  const stored = answer.value;
  return [
    ...judgeAge(logs, stored, Date.now()),
    ...judgeCap(logs, stored.count),
    judgeSystem(logs, stored.count),
  ];
}

/** Judges the oldest log's age in whole days, because deleting takes some hours. */
export function judgeAge(
  { keepDays }: Settings["logs"],
  { oldest }: StoredLogs,
  now: number,
): readonly Finding[] {
  if (keepDays === undefined) return [];
  const about = "logs.keepDays";
  if (oldest === undefined)
    return [finding("kept", about, `no log is older than ${count(keepDays, "day")}`)];
  const days = Math.floor((now - Date.parse(oldest)) / DAY_MS);
  const age = `the oldest log is ${count(days, "day")} old`;
  const message = `${age}, promised are ${keepDays}`;
  if (days <= keepDays) return [finding("kept", about, message)];
  const remedy = "look why nothing deleted it (docs/operate.md)";
  return [finding("broken", about, `${message}; ${remedy}`)];
}

const WARN_FROM = 0.9;

/** Judges how near the stored logs are to the cap. */
export function judgeCap(logs: Settings["logs"], stored: number): readonly Finding[] {
  if (logs.system !== "legacy") return [];
  const about = "logs.maxEntries";
  const share = stored / logs.maxEntries;
  const message = `${stored} of ${logs.maxEntries} logs are stored`;
  if (share < WARN_FROM) return [finding("kept", about, message)];
  if (logs.whenFull === "deleteOldest") {
    return [
      finding("warning", about, `${message}; beyond the cap the oldest go, whatever keepDays is`),
    ];
  }
  const remedy = "raise it, or delete old logs";
  return share < 1
    ? [finding("warning", about, `${message}; at the cap logging stops: ${remedy}`)]
    : [finding("broken", about, `${message}, and nothing new is; ${remedy}`)];
}

/** Compares the log system with what the Logs API holds. That is evidence and no proof. */
export function judgeSystem({ system }: Settings["logs"], stored: number): Finding {
  const seen = stored > 0 ? `the Logs API has ${count(stored, "log")}` : "the Logs API has no log";
  const fits = {
    legacy: stored > 0 ? "as legacy has" : "which proves nothing before the first call",
    observability: stored > 0 ? "which may mean legacy" : "as observability may have none there",
  }[system];
  return finding(
    "unknown",
    "logSystem",
    `no API reports it; ${seen}, ${fits} (declared is ${system})`,
  );
}
