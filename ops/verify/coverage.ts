/** Compares the platform's count of calls, logged or not, with the logs and the canaries. */
import type { Account, Answer, NoAnswer } from "../account/account.ts";
import { readCalls, total, type Window } from "../look/analytics.ts";
import { finding, notLookedAt, type Finding } from "../look/finding.ts";
import { readGateway } from "../look/gateways.ts";
import { poll, type Patience } from "../look/log-parts.ts";
import { countLogs } from "../look/logs-api.ts";
import { parseMetadata } from "../look/logs.ts";
import { listWorkers } from "../look/workers.ts";
import { judgeAnswer } from "./canary-judge.ts";
import type { Flight } from "./canaries.ts";
import { isOwn, isShort, judgeCoverage, minute } from "./coverage-judge.ts";

const MINUTE_MS = 60_000;
/** The time after which a call is taken for counted: 139 to 365 s were seen, and once 14 minutes. */
const LAG_MS = 15 * MINUTE_MS;
const SPAN_MS = 60 * MINUTE_MS;
/** How long a call may be, whose log has the time of its begin. */
const NEARBY_MS = 5 * MINUTE_MS;

/** Checks the hour before the last minutes, which analytics may not have counted yet. */
export async function checkCoverage(
  account: Account,
  now = Date.now(),
): Promise<readonly Finding[]> {
  const about = "coverage";
  const window = await findWindow(account, now);
  if (typeof window === "string") return [finding("unknown", about, window)];
  const groups = await readCalls(account, window);
  if (groups.kind !== "answer") return notRead(about, groups);
  const logs = await countOwnLogs(account, window);
  // That the gateway does not exist, and so no list of its logs, is reported already.
  if (logs.kind === "missing") return [];
  if (logs.kind !== "answer") return notRead(about, logs);
  const counts = { window, groups: groups.value, logs: logs.value };
  if (!isShort(account.stack, counts)) return judgeCoverage(account.stack, counts);
  const nearbyLogs = await countOwnLogs(account, widen(window));
  if (nearbyLogs.kind !== "answer") return notRead(about, nearbyLogs);
  return judgeCoverage(account.stack, { ...counts, nearbyLogs: nearbyLogs.value });
}

function notRead(about: string, answer: NoAnswer): readonly Finding[] {
  return [notLookedAt(about, answer, "the API has no such count")];
}

/** Returns the time to compare, since the last change of gateway or Worker; or why there is none. */
async function findWindow(account: Account, now: number): Promise<Window | string> {
  const until = Math.floor((now - LAG_MS) / MINUTE_MS) * MINUTE_MS;
  const changed = await lastChange(account);
  const from = Math.max(until - SPAN_MS, Math.ceil(changed / MINUTE_MS) * MINUTE_MS);
  if (from < until) return { from: new Date(from), until: new Date(until) };
  const times = [changed, changed + LAG_MS + 2 * MINUTE_MS];
  const [when, again] = times.map((time) => minute(new Date(time)));
  return `not looked at, because gateway or Worker was changed at ${when} UTC, and analytics count late; ask again from ${again} on`;
}

async function lastChange(account: Account): Promise<number> {
  const { gatewayId, worker } = account.stack.settings;
  const [gateway, workers] = await Promise.all([
    readGateway(account, gatewayId),
    listWorkers(account),
  ]);
  const script = valueOf(workers)?.find(({ id }) => id === worker.name);
  const times = [valueOf(gateway)?.modified_at, script?.modified_on];
  return Math.max(...times.map((time) => Date.parse(time ?? "") || 0));
}

function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.kind === "answer" ? answer.value : undefined;
}

function countOwnLogs(account: Account, { from, until }: Window): Promise<Answer<number>> {
  return countLogs(account, [
    { key: "created_at", operator: "gt", value: [new Date(from.getTime() - 1).toISOString()] },
    { key: "created_at", operator: "lt", value: [until.toISOString()] },
    { key: "metadata.key", operator: "eq", value: ["stack"] },
    { key: "metadata.value", operator: "eq", value: [account.stack.name] },
  ]);
}

function widen({ from, until }: Window): Window {
  return {
    from: new Date(from.getTime() - NEARBY_MS),
    until: new Date(until.getTime() + NEARBY_MS),
  };
}

/** The wait after which each call that was seen had been counted, in seconds. */
const SEEN_SECONDS = 365;

/** Checks whether the platform counts the canaries that asked a model, logged or not. */
export async function checkCanariesCounted(
  account: Account,
  flights: readonly Flight[],
  { since, waitSeconds }: Patience & { readonly since: number },
): Promise<readonly Finding[]> {
  const about = "coverage: canaries";
  const asked = flights.filter(
    ({ canary }) => canary.kind !== "refused" && judgeAnswer(canary) === undefined,
  );
  if (asked.length === 0) return [];
  const callers = asked.flatMap(({ logs }) =>
    logs.map(({ fields }) => parseMetadata(fields["metadata"])["caller"]),
  );
  const request = async () => {
    const window = { from: new Date(since), until: new Date(Date.now() + MINUTE_MS) };
    const groups = await readCalls(account, window);
    if (groups.kind !== "answer") return groups;
    const own = groups.value.filter((group) => isOwn(account.stack, group));
    const fits = own.filter(
      ({ metadata }) => callers.length === 0 || callers.includes(metadata["caller"]),
    );
    return { kind: "answer" as const, value: total(fits) };
  };
  const patience = { waitSeconds: waitSeconds < SEEN_SECONDS ? 0 : waitSeconds };
  const counted = await poll(request, (found) => found >= asked.length, patience);
  if (counted.kind !== "answer") return notRead(about, counted);
  return [judgeCounted({ counted: counted.value, asked: asked.length, waitSeconds })];
}

interface CountedCanaries extends Patience {
  readonly counted: number;
  readonly asked: number;
}

/** Judges how many canaries are counted: one that no longer wait brings into the count never will be. */
export function judgeCounted({ counted, asked, waitSeconds }: CountedCanaries): Finding {
  const about = "coverage: canaries";
  if (counted >= asked) return finding("kept", about, "counted, logged or not");
  const message = `${counted} of ${asked} are counted`;
  const longest = LAG_MS / 1000;
  if (waitSeconds < longest) {
    const advice = `analytics took 139 to ${SEEN_SECONDS} s where it was measured; --wait 400 waits for them, and after --wait ${longest} they are missing`;
    return finding("unknown", about, `${message} so far: ${advice}`);
  }
  const remedy =
    "look which gateway the Worker is bound to; until then no count shows a call that left no log";
  return finding("broken", about, `${message} after ${waitSeconds} s; ${remedy}`);
}
