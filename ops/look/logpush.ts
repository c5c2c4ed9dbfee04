import { z } from "zod";

import { LOGPUSH_DATASET } from "../../policy/gateway/logpush-job.ts";
import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryCheck, type Connection } from "../account/account.ts";

const schema = z.object({
  id: z.number().nullish(),
  name: z.string().nullish(),
  dataset: z.string().nullish(),
  enabled: z.boolean().nullish(),
  /** The destination, with keys in its query, its user part or its path. */
  destination_conf: z.string().nullish(),
  last_error: z.string().nullish(),
  error_message: z.string().nullish(),
  filter: z.unknown().optional(),
  output_options: z.object({ field_names: z.array(z.string()).nullish() }).nullish(),
});

export type Job = Readonly<z.output<typeof schema>>;

export function listJobs({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.logpush.jobs.list({ account_id: accountId });
  return listAll(PERMISSIONS.writeLogpush, { what: "a job", schema }, list);
}

const fields = z
  .object({ result: z.record(z.string(), z.unknown()) })
  .transform(({ result }) => Object.keys(result));

/** Lists the fields that Logpush offers of AI Gateway's logs. */
export function listOfferedFields({ accountId, cloudflare }: Connection) {
  // The SDK's list of datasets lacks this one.
  const path = `/accounts/${accountId}/logpush/datasets/${LOGPUSH_DATASET}/fields`;
  const documented = { what: "a list of fields", schema: fields };
  return tryCheck(PERMISSIONS.writeLogpush, documented, () => cloudflare.get(path));
}

const lifecycle = z
  .object({ rules: z.array(z.unknown()).default([]) })
  .transform(({ rules }) => rules);

/** Lists the rules by which a bucket deletes its objects. */
export function listLifecycleRules({ accountId, cloudflare }: Connection, bucket: string) {
  const request = () => cloudflare.r2.buckets.lifecycle.get(bucket, { account_id: accountId });
  return tryCheck(PERMISSIONS.readBuckets, { what: "a lifecycle", schema: lifecycle }, request);
}

/** Checks whether a destination is the R2 bucket. */
export function leadsTo(bucket: string, destination: string | null | undefined): boolean {
  return destination?.startsWith(`r2://${bucket}/`) === true;
}

/** Returns the part of a destination that may be shown: its scheme and host. */
export function hostOf(destination: string | null | undefined): string {
  const url = URL.parse(destination ?? "");
  return url === null ? "an unknown place" : `${url.protocol}//${url.host}`;
}

/** Removes what may be a key from a message, which may repeat the destination. */
export function withoutKeys(text: string, destination: string | null | undefined): string {
  const keys = (destination ?? "").split(/[/?&=:@]/).filter((part) => part.length >= 20);
  // The longest key goes first, because one may begin with another.
  return keys
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, key) => rest.replaceAll(key, "…"), text);
}
