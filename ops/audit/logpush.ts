/** Jobs that copy AI Gateway logs, each declared by a stack file or not. */
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { LOGPUSH_DATASET, logpushJobName } from "../../policy/gateway/logpush-job.ts";
import { ask, checkAnswer } from "../account/account.ts";
import { hostOf, leadsTo } from "../look/logpush-destination.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";

const jobSchema = z.object({
  id: z.number().nullish(),
  name: z.string().nullish(),
  dataset: z.string().nullish(),
  enabled: z.boolean().nullish(),
  destination_conf: z.string().nullish(),
});

export async function auditLogpush({
  accountId,
  cloudflare,
  stacks,
}: Declared): Promise<readonly Finding[]> {
  const list = Array.fromAsync(cloudflare.logpush.jobs.list({ account_id: accountId }));
  const raw = await ask("list the Logpush jobs", "Logs Read", list);
  const jobs = raw
    .map((job) => checkAnswer("a job", jobSchema, job))
    .filter(({ dataset }) => dataset === LOGPUSH_DATASET);
  if (jobs.length === 0) {
    return [
      { area: "Logpush", kind: "ok", where: "account", what: `no job copies ${LOGPUSH_DATASET}` },
    ];
  }
  return jobs.map((job) => describeJob(job, stacks));
}

function describeJob(
  { id, name, enabled, destination_conf }: z.output<typeof jobSchema>,
  stacks: readonly Stack[],
): Finding {
  const about = {
    area: "Logpush",
    where: `job ${id ?? "?"}${name ? ` ${JSON.stringify(name)}` : ""}`,
  } as const;
  const owner = stacks.find(
    ({ settings: { gatewayId, logpush } }) =>
      logpush !== undefined &&
      name === logpushJobName(gatewayId) &&
      leadsTo(logpush.bucket, destination_conf),
  );
  const does = enabled === true ? "copies" : "is switched off, and would copy";
  const what = `${does} ${LOGPUSH_DATASET} to ${hostOf(destination_conf)}`;
  if (owner !== undefined) {
    return { ...about, kind: "ok", what: `${what}; declared by stack ${owner.name}` };
  }
  return {
    ...about,
    kind: "wrong",
    what: `${what}; no stack file declares it`,
    remedy: "delete the job, and what it has copied, or declare it: logpush in the stack file",
  };
}
