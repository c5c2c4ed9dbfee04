/** The encrypted copies: pushed as declared, without a failure, and deleted in time. */
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { logpushFilter, logpushJobName } from "../../policy/gateway/logpush-job.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { tryAsk, type Account } from "../account/account.ts";
import { hostOf, leadsTo, withoutKeys } from "../look/logpush-destination.ts";
import { deployAgain, verdict, withRemedy, withoutAnswer, type Finding } from "./finding.ts";

export async function checkLogpush(account: Account): Promise<readonly Finding[]> {
  if (account.stack.settings.logpush === undefined) return [];
  return [...(await checkJob(account)), ...(await checkLifecycle(account))];
}

async function checkJob({ stack, accountId, cloudflare }: Account) {
  const name = logpushJobName(stack.settings.gatewayId);
  const about = `Logpush job ${name}`;
  const list = Array.fromAsync(cloudflare.logpush.jobs.list({ account_id: accountId }));
  const answer = await tryAsk("Logs Read", list);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, deployAgain(stack));
  const job = answer.value.find((each) => each?.name === name);
  if (job == null) return withoutAnswer(about, { kind: "missing" }, deployAgain(stack));
  const problems = withRemedy(judgeJob(stack, job), deployAgain(stack));
  return verdict(about, problems, `pushes ${describeLogs(job)}`);
}

interface Job {
  readonly enabled?: boolean | null;
  readonly destination_conf?: string | null;
  readonly last_error?: string | null;
  readonly error_message?: string | null;
  readonly filter?: unknown;
}

export function judgeJob({ settings }: Stack, job: Job): readonly string[] {
  const { bucket = "" } = settings.logpush ?? {};
  const { destination_conf: destination, filter } = job;
  return [
    ...(job.enabled === true ? [] : ["is switched off"]),
    ...(leadsTo(bucket, destination)
      ? []
      : [`pushes to ${hostOf(destination)}, declared is r2://${bucket}`]),
    ...(filter === undefined || filter === logpushFilter(settings.gatewayId)
      ? []
      : ["has another filter than this gateway's"]),
    // Set back to null by the next push that succeeds.
    ...(job.last_error
      ? [
          `fails since ${job.last_error}: ${withoutKeys(job.error_message ?? "no reason", destination)}`,
        ]
      : []),
  ];
}

/** The SDK's description of a job has no filter: an answer without one says nothing about it. */
function describeLogs({ filter }: Job): string {
  return filter === undefined
    ? "logs; which gateways' the API does not tell"
    : "this gateway's logs";
}

async function checkLifecycle({ stack, accountId, cloudflare }: Account) {
  const { bucket = "", keepDays = 0 } = stack.settings.logpush ?? {};
  const about = `bucket ${bucket}`;
  const question = cloudflare.r2.buckets.lifecycle.get(bucket, { account_id: accountId });
  const answer = await tryAsk("Workers R2 Storage Read", question);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, deployAgain(stack));
  const problems = judgeLifecycle(keepDays, answer.value.rules ?? []);
  const kept = `deletes copies after ${count(keepDays, "day")}`;
  return verdict(about, withRemedy(problems, deployAgain(stack)), kept);
}

const deletion = z.object({
  enabled: z.literal(true),
  conditions: z.object({ prefix: z.string() }).optional(),
  deleteObjectsTransition: z.object({
    condition: z.object({ type: z.literal("Age"), maxAge: z.number() }),
  }),
});

export function judgeLifecycle(keepDays: number, rules: readonly unknown[]): readonly string[] {
  const days = rules.flatMap((rule) => {
    const { data } = deletion.safeParse(rule);
    const isForAll = data !== undefined && (data.conditions?.prefix ?? "") === "";
    return isForAll ? [data.deleteObjectsTransition.condition.maxAge / DAY_SECONDS] : [];
  });
  const shortest = days.toSorted((a, b) => a - b)[0];
  if (shortest === keepDays) return [];
  return [
    shortest === undefined
      ? `deletes no copies, declared is after ${count(keepDays, "day")}`
      : `deletes copies after ${count(shortest, "day")}, declared are ${keepDays}`,
  ];
}
