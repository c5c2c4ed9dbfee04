/** Judges whether the platform's own count of calls agrees with the logs, and who made the calls. */
import { collected } from "../../policy/gateway/collect.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import { total, type CountedCalls, type Window } from "../look/analytics.ts";
import { finding, type Finding } from "../look/finding.ts";

/** What was counted in one time. */
export interface Counts {
  readonly window: Window;
  readonly groups: readonly CountedCalls[];
  /** The logs of the Worker's calls in that time. */
  readonly logs: number;
  /** Those, and the ones that begin a little before and after: a call may be counted as it ends. */
  readonly nearbyLogs?: number;
}

/** Checks whether calls have the metadata that the stack's Worker sends with each of its own. */
export function isOwn({ name }: Stack, { metadata }: CountedCalls): boolean {
  const { stack, caller, release, route } = metadata;
  return stack === name && [caller, release, route].every((each) => typeof each === "string");
}

/** Checks whether there are fewer logs than calls of the Worker, each of which promises one. */
export function isShort(stack: Stack, { groups, logs }: Counts): boolean {
  return collected(stack.settings.logs).call && logs < countOwn(stack, groups);
}

function countOwn(stack: Stack, groups: Counts["groups"]): number {
  return total(groups.filter((group) => isOwn(stack, group)));
}

/** Judges the counts of a time that analytics have caught up with. */
export function judgeCoverage(stack: Stack, counts: Counts): readonly Finding[] {
  return [judgeBeside(stack, counts), judgeLogs(stack, counts)];
}

/** Reports calls that no Worker of the stack made. They are no broken promise: a token may allow them. */
function judgeBeside(stack: Stack, { groups, window }: Counts): Finding {
  const about = "coverage: calls";
  const beside = groups.filter((group) => !isOwn(stack, group));
  const all = `${count(total(groups), "call")} ${describe(window)}`;
  if (beside.length === 0) return finding("kept", about, `${all}, none beside the Worker`);
  const models = new Map<string, number>();
  for (const { model, count: calls } of beside) models.set(model, (models.get(model) ?? 0) + calls);
  const [first, ...others] = [...models]
    .toSorted(([, a], [, b]) => b - a)
    .map(([model, calls]) => `${model || "no model"} (${calls})`);
  const more = others.length === 0 ? "" : ` and ${count(others.length, "other model")}`;
  const remedy = "find the token with AI Gateway Run, or the Worker, that made them";
  const message = `${all}, ${total(beside)} of them beside the Worker, of ${first}${more}; ${remedy}`;
  return finding("warning", about, message);
}

// Adaptive datasets may be samples, whose count is an estimate. At small numbers it is exact.
const EXACT_UP_TO = 1000;
const SAMPLED_SHARE = 0.02;

function judgeLogs(stack: Stack, counts: Counts): Finding {
  const about = "coverage: logs";
  const { logs, nearbyLogs = logs, window } = counts;
  const calls = countOwn(stack, counts.groups);
  const compared = `${count(calls, "call")} of the Worker ${describe(window)}, ${count(logs, "log")}`;
  if (!collected(stack.settings.logs).call) {
    if (logs === 0) return finding("kept", about, `${compared}, as promised`);
    return finding("broken", about, `${compared}, and the stack promises none`);
  }
  if (calls === 0) {
    return finding(
      "unknown",
      about,
      `nothing to compare: no call of the Worker ${describe(window)}`,
    );
  }
  if (logs >= calls) return finding("kept", about, compared);
  if (nearbyLogs >= calls) {
    const why = "those just before and after make up for the difference";
    return finding("note", about, `${compared}; ${why}`);
  }
  const missing = calls - nearbyLogs;
  if (calls > EXACT_UP_TO && missing <= calls * SAMPLED_SHARE) {
    return finding("note", about, `${compared}; so many calls may be counted by a sample`);
  }
  const remedy = "look whether the store is full, and who deletes logs (docs/operate.md)";
  return finding("broken", about, `${compared}: ${count(missing, "log")} dropped; ${remedy}`);
}

function describe({ from, until }: Window): string {
  return `from ${minute(from)} to ${minute(until).slice(11)} UTC`;
}

/** Writes a time to the minute, in UTC. */
export function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace("T", " ");
}
