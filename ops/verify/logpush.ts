/** Checks the encrypted copies: pushed as declared, without a failure, and deleted in time. */
import { z } from "zod";

import { logpushFilter, logpushJobName } from "../../policy/gateway/logpush-job.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import type { Account, Answer } from "../account/account.ts";
import { deployAgain, judge, problemsIf, type Finding } from "../look/finding.ts";
import {
  hostOf,
  leadsTo,
  listJobs,
  listLifecycleRules,
  withoutKeys,
  type Job,
} from "../look/logpush.ts";

/** Checks the Logpush job, and the lifecycle of its bucket. */
export async function checkLogpush(account: Account): Promise<readonly Finding[]> {
  const { stack, gatewayId } = account;
  const { logpush } = stack.settings;
  if (logpush === undefined) return [];
  const { bucket, keepDays } = logpush;
  const name = logpushJobName(gatewayId);
  const remedy = deployAgain(stack);
  return [
    ...judge(
      { about: `Logpush job ${name}`, answer: await readJob(account, name), remedy },
      (job) => judgeJob(stack, job),
      (job) => `pushes ${describeLogs(job)}`,
    ),
    ...judge(
      { about: `bucket ${bucket}`, answer: await listLifecycleRules(account, bucket), remedy },
      (rules) => judgeLifecycle(keepDays, rules),
      `deletes copies after ${count(keepDays, "day")}`,
    ),
  ];
}

async function readJob(account: Account, name: string): Promise<Answer<Job>> {
  const jobs = await listJobs(account);
  if (jobs.kind !== "answer") return jobs;
  const value = jobs.value.find((job) => job.name === name);
  return value === undefined ? { kind: "missing" } : { kind: "answer", value };
}

/** Describes what is wrong with the Logpush job. */
export function judgeJob({ settings }: Stack, job: Partial<Job>): readonly string[] {
  const { bucket = "" } = settings.logpush ?? {};
  const { destination_conf: destination, filter, last_error, error_message } = job;
  const reason = withoutKeys(error_message ?? "no reason", destination);
  return problemsIf(
    [job.enabled !== true, "is switched off"],
    [!leadsTo(bucket, destination), `pushes to ${hostOf(destination)}, declared is r2://${bucket}`],
    [
      filter !== undefined && filter !== logpushFilter(settings.gatewayId),
      "has another filter than this gateway's",
    ],
    // The next push that succeeds resets it to null.
    [Boolean(last_error), `fails since ${last_error}: ${reason}`],
  );
}

/**
 * Describes which logs a job pushes. The SDK's type of a job has no filter, so a response without
 * one proves nothing about it.
 */
function describeLogs({ filter }: Job): string {
  return filter === undefined
    ? "logs; the API does not report which gateways'"
    : "this gateway's logs";
}

const deletion = z.object({
  enabled: z.literal(true),
  conditions: z.object({ prefix: z.string() }).optional(),
  deleteObjectsTransition: z.object({
    condition: z.object({ type: z.literal("Age"), maxAge: z.number() }),
  }),
});

/** Describes what is wrong with the bucket's lifecycle rules. */
export function judgeLifecycle(keepDays: number, rules: readonly unknown[]): readonly string[] {
  const days = rules.flatMap((rule) => {
    const { data } = deletion.safeParse(rule);
    const isForAll = data !== undefined && (data.conditions?.prefix ?? "") === "";
    return isForAll ? [data.deleteObjectsTransition.condition.maxAge / DAY_SECONDS] : [];
  });
  if (days.length === 0) return [`deletes no copies, declared is after ${count(keepDays, "day")}`];
  const shortest = Math.min(...days);
  return problemsIf([
    shortest !== keepDays,
    `deletes copies after ${count(shortest, "day")}, declared are ${keepDays}`,
  ]);
}
