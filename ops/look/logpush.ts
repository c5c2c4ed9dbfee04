/** Logpush jobs of an account, and the buckets that they fill. */
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryAsk, type Connection } from "../account/account.ts";

const schema = z.object({
  id: z.number().nullish(),
  name: z.string().nullish(),
  dataset: z.string().nullish(),
  enabled: z.boolean().nullish(),
  /** It holds keys, in its query, its user part or its path. */
  destination_conf: z.string().nullish(),
  last_error: z.string().nullish(),
  error_message: z.string().nullish(),
  filter: z.unknown().optional(),
});

export type Job = Readonly<z.output<typeof schema>>;

export function listJobs({ accountId, cloudflare }: Connection) {
  const pages = cloudflare.logpush.jobs.list({ account_id: accountId });
  return listAll(PERMISSIONS.readLogpush, { what: "a job", schema }, pages);
}

/** Lists the rules by which a bucket deletes what it holds. */
export function listLifecycleRules({ accountId, cloudflare }: Connection, bucket: string) {
  const lifecycle = cloudflare.r2.buckets.lifecycle.get(bucket, { account_id: accountId });
  const found = lifecycle.then(({ rules = [] }) => rules);
  return tryAsk(PERMISSIONS.readBuckets, found);
}

export function leadsTo(bucket: string, destination: string | null | undefined): boolean {
  return destination?.startsWith(`r2://${bucket}/`) === true;
}

/** Returns what of a destination may be shown: the kind and the host. */
export function hostOf(destination: string | null | undefined): string {
  const url = URL.parse(destination ?? "");
  return url === null ? "an unknown place" : `${url.protocol}//${url.host}`;
}

/** Takes what is long enough to be a key out of a text of the API, which may repeat the destination. */
export function withoutKeys(text: string, destination: string | null | undefined): string {
  const keys = (destination ?? "").split(/[/?&=:@]/).filter((part) => part.length >= 20);
  // The longest first: one may begin with another.
  return keys
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, key) => rest.replaceAll(key, "…"), text);
}
