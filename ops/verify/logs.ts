/** What the gateway's stored logs say: how old the oldest is, how near the cap, and which system keeps them. */
import { z } from "zod";

import type { Settings } from "../../policy/settings/settings.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { checkAnswer, tryAsk, type Account, type Answer } from "../account/account.ts";
import { finding, withoutAnswer, type Finding } from "./finding.ts";

export interface StoredLogs {
  readonly count: number;
  /** ISO time; absent where there is no log. */
  readonly oldest?: string | undefined;
}

export async function checkLogs(account: Account): Promise<readonly Finding[]> {
  const answer = await readStored(account);
  if (answer.kind !== "answer") {
    return withoutAnswer("stored logs", answer, `run pulumi up --stack ${account.stack.name}`);
  }
  const { logs } = account.stack.settings;
  return [
    ...judgeAge(logs, answer.value, Date.now()),
    ...judgeCap(logs, answer.value.count),
    judgeSystem(logs, answer.value.count),
  ];
}

// The SDK's type leaves out the count.
const page = z.object({
  result: z.array(z.object({ created_at: z.string() })),
  result_info: z.object({ total_count: z.number() }),
});

function readStored({ stack, accountId, cloudflare }: Account): Promise<Answer<StoredLogs>> {
  const { gatewayId } = stack.settings;
  const question = async (): Promise<StoredLogs> => {
    const response = await cloudflare.aiGateway.logs
      .list(gatewayId, {
        account_id: accountId,
        per_page: 1,
        order_by: "created_at",
        order_by_direction: "asc",
        meta_info: true,
      })
      .asResponse();
    const { result, result_info } = checkAnswer("a list of logs", page, await response.json());
    return { count: result_info.total_count, oldest: result[0]?.created_at };
  };
  return tryAsk("AI Gateway Read", question());
}

/** Deleting takes a while, so a log may be some hours older than promised. */
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
  if (days <= keepDays) {
    return [finding("kept", about, `${age}, promised are ${keepDays}`)];
  }
  const remedy = "look why nothing deleted it (docs/operate.md)";
  return [finding("broken", about, `${age}, promised are ${keepDays}; ${remedy}`)];
}

const WARN_FROM = 0.9;

export function judgeCap(logs: Settings["logs"], stored: number): readonly Finding[] {
  if (logs.system !== "legacy") return [];
  const about = "logs.maxEntries";
  const share = stored / logs.maxEntries;
  const says = `${stored} of ${logs.maxEntries} logs are stored`;
  if (share < WARN_FROM) return [finding("kept", about, says)];
  if (logs.whenFull === "deleteOldest") {
    return [
      finding("warning", about, `${says}; beyond the cap the oldest go, whatever keepDays says`),
    ];
  }
  const remedy = "raise it, or delete old logs";
  return share < 1
    ? [finding("warning", about, `${says}; at the cap logging stops: ${remedy}`)]
    : [finding("broken", about, `${says}, and nothing new is; ${remedy}`)];
}

/** Nothing in the API says which system an account has: this is evidence, and no proof. */
export function judgeSystem({ system }: Settings["logs"], stored: number): Finding {
  const seen = stored > 0 ? `the Logs API has ${count(stored, "log")}` : "the Logs API has no log";
  const fits = {
    legacy: stored > 0 ? "as legacy has" : "which proves nothing before the first call",
    observability: stored > 0 ? "which may mean legacy" : "as observability may have none there",
  }[system];
  return finding("unknown", "logSystem", `no API tells; ${seen}, ${fits} (declared is ${system})`);
}
