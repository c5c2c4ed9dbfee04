/** Checks the encrypted copies: pushed as declared, without a failure, and deleted in time. */
import { z } from "zod";

import {
  logpushFields,
  logpushFilter,
  logpushJobName,
  offeredFields,
} from "../../policy/gateway/logpush-job.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { count, list } from "../../policy/words.ts";
import { findAnswer, type Account } from "../account/account.ts";
import { deployAgain, judge, problemsIf, type Finding } from "../look/finding.ts";
import {
  hostOf,
  leadsTo,
  listJobs,
  listLifecycleRules,
  listOfferedFields,
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
  const offered = await listOfferedFields(account);
  const job = findAnswer(await listJobs(account), (each) => each.name === name);
  const fields = offered.kind === "answer" ? offered.value : undefined;
  return [
    ...judge(
      { about: `Logpush job ${name}`, answer: job, remedy },
      (found) => [...judgeJob(stack, found), ...judgeFields(logpush, found, fields)],
      (found) => `pushes ${describeLogs(found)}${describeMissing(logpush, fields)}`,
    ),
    ...judge(
      { about: `bucket ${bucket}`, answer: await listLifecycleRules(account, bucket), remedy },
      (rules) => judgeLifecycle(keepDays, rules),
      `deletes copies after ${count(keepDays, "day")}`,
    ),
  ];
}

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

type Logpush = NonNullable<Stack["settings"]["logpush"]>;

/** Describes how a job's fields differ from the declared ones, as far as the account offers them. */
export function judgeFields(
  settings: Pick<Logpush, "bodies">,
  { output_options: options }: Pick<Job, "output_options">,
  offered: readonly string[] | undefined,
): readonly string[] {
  const pushed = options?.field_names;
  if (pushed === undefined || pushed === null) return [];
  const declared = logpushFields(settings);
  const wanted = offeredFields(declared, offered ?? []);
  const missing = wanted.filter((field) => !pushed.includes(field));
  const known = offeredFields(declared, pushed);
  const others = pushed.filter((field) => !known.includes(field));
  return problemsIf(
    [missing.length > 0, `does not push ${list(missing)}`],
    [others.length > 0, `pushes ${list(others)}, which is not declared`],
  );
}

/** Names the declared fields that the account does not offer. */
function describeMissing(settings: Logpush, offered: readonly string[] | undefined): string {
  if (offered === undefined) return "";
  const missing = logpushFields(settings).filter(
    (field) => offeredFields([field], offered).length === 0,
  );
  return missing.length === 0 ? "" : `; the account does not offer ${list(missing)}`;
}

/** Describes which logs a job pushes: a response without a filter proves nothing. */
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
