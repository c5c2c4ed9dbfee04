/** Jobs that copy AI Gateway logs out of the account. No stack file can declare one. */
import { z } from "zod";

import { ask, checkAnswer } from "../account.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";

// Not in the documentation's list of datasets, and in use.
const DATASET = "ai_gateway_events";

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
}: Declared): Promise<readonly Finding[]> {
  const list = Array.fromAsync(cloudflare.logpush.jobs.list({ account_id: accountId }));
  const raw = await ask("list the Logpush jobs", "Logs Read", list);
  const jobs = raw
    .map((job) => checkAnswer("a job", jobSchema, job))
    .filter(({ dataset }) => dataset === DATASET);
  if (jobs.length === 0) {
    return [{ area: "Logpush", kind: "ok", where: "account", what: `no job copies ${DATASET}` }];
  }
  return jobs.map(({ id, name, enabled, destination_conf }) => ({
    area: "Logpush",
    kind: "wrong",
    where: `job ${id ?? "?"}${name ? ` ${JSON.stringify(name)}` : ""}`,
    what: `${enabled === true ? "copies" : "is switched off, and would copy"} ${DATASET} to ${hostOf(destination_conf)}; no stack file declares it`,
    remedy: "delete the job, and what it has copied, or write down who answers for it",
  }));
}

/** A destination holds keys, in its query, its user part or its path: only the kind and the host are shown. */
function hostOf(destination: string | null | undefined): string {
  const url = URL.parse(destination ?? "");
  return url === null ? "an unknown place" : `${url.protocol}//${url.host}`;
}
