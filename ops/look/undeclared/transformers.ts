/** The transformers of Logpush: SQL that changes the fields of logs before they are delivered. */
import { z } from "zod";

import { LOGPUSH_DATASET } from "../../../policy/gateway/logpush-job.ts";
import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { list } from "../../../policy/words.ts";
import { listAll, mapAnswer } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import type { Kind } from "./kind.ts";

// Every call of Logpush is documented to need Logs Write, reading too.
// https://developers.cloudflare.com/logs/logpush/permissions/
const NEEDED = PERMISSIONS.writeLogpush;

const schema = z.object({
  name: z.string().default(""),
  dataset: z.string().nullish(),
  associated_jobs: z.array(z.object({ id: z.number().optional() })).nullish(),
});

type Transformer = Readonly<z.output<typeof schema>>;

export const transformers: Kind = {
  name: "transformers of Logpush",
  needs: NEEDED,
  look: async ({ accountId, cloudflare }) => {
    const request = () => cloudflare.logpush.transformers.list({ account_id: accountId });
    return mapAnswer(await listAll(NEEDED, { what: "a transformer", schema }, request), (items) =>
      items.flatMap(judge),
    );
  },
};

/** Leaves out those of other logs. One whose dataset the API does not report may be of ours. */
function judge({ name, dataset, associated_jobs }: Transformer): readonly Finding[] {
  if (dataset && dataset !== LOGPUSH_DATASET) return [];
  const about = `transformer ${quote(name)}`;
  const of = dataset ? `logs of ${dataset}` : "logs of a dataset that the API does not report";
  const jobs = (associated_jobs ?? []).map(({ id }) => String(id ?? "?"));
  if (jobs.length === 0) return [finding("note", about, `is for ${of}, and no job uses it`)];
  const message = `changes ${of} before job ${list(jobs)} delivers them: its copies hold other fields than a stack file declares`;
  const remedy = "take it off the job, then delete it";
  return [{ ...finding(dataset ? "broken" : "warning", about, message), remedy }];
}
