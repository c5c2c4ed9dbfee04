/** Compares the jobs that copy AI Gateway logs with the stack files. */
import { BODY_FIELDS, LOGPUSH_DATASET, logpushJobName } from "../../policy/gateway/logpush-job.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { need } from "../account/account.ts";
import { finding, type Finding } from "../look/finding.ts";
import { hostOf, leadsTo, listJobs, type Job } from "../look/logpush.ts";
import type { Declared } from "./declared.ts";

export async function auditLogpush(declared: Declared): Promise<readonly Finding[]> {
  const all = need("list the Logpush jobs", await listJobs(declared));
  const jobs = all.filter(({ dataset }) => dataset === LOGPUSH_DATASET);
  if (jobs.length === 0) return [finding("kept", "account", `no job copies ${LOGPUSH_DATASET}`)];
  return jobs.map((job) => auditJob(job, declared.stacks));
}

function auditJob(job: Job, stacks: readonly Stack[]): Finding {
  const { id, name, enabled, destination_conf, output_options } = job;
  const about = `job ${id ?? "?"}${name ? ` ${JSON.stringify(name)}` : ""}`;
  const does = enabled === true ? "copies" : "is switched off, and would copy";
  const fields = output_options?.field_names;
  const isBare = fields?.some((field) => BODY_FIELDS.includes(field)) === false;
  const what = `${LOGPUSH_DATASET}${isBare ? " without bodies" : ""}`;
  const message = `${does} ${what} to ${hostOf(destination_conf)}`;
  const owner = stacks.find((stack) => isOf(stack, job));
  if (owner !== undefined) {
    return finding("kept", about, `${message}; declared by stack ${owner.name}`);
  }
  return {
    ...finding("broken", about, `${message}; no stack file declares it`),
    remedy: "delete the job, and what it has copied, or declare it: logpush in the stack file",
  };
}

function isOf({ settings: { gatewayId, logpush } }: Stack, { name, destination_conf }: Job) {
  if (logpush === undefined || name !== logpushJobName(gatewayId)) return false;
  return leadsTo(logpush.bucket, destination_conf);
}
