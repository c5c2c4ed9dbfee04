/** Probes whether analytics count a call that left no log. */
import { z } from "zod";

import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { PERMISSIONS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { tryCheck, type Answer } from "../account/account.ts";
import { poll, type Patience } from "../look/log-parts.ts";
import { answered, notAnswered } from "./answer.ts";
import { MARK } from "./headers.ts";
import type { Scratch } from "./scratch.ts";

const QUESTION = "analytics-unlogged";

// Delays of two to six minutes were reported. Most of that has passed when this is asked.
const PATIENCE = 5;

const row = z.object({
  count: z.number(),
  dimensions: z.object({ metadataRaw: z.string().nullish() }),
});
const answer = z
  .object({
    data: z
      .object({
        viewer: z.object({
          accounts: z.array(z.object({ aiGatewayRequestsAdaptiveGroups: z.array(row) })),
        }),
      })
      .nullish(),
    errors: z.array(z.object({ message: z.string() })).nullish(),
  })
  .transform(({ data, errors }) => ({
    rows: data?.viewer.accounts.flatMap((each) => each.aiGatewayRequestsAdaptiveGroups) ?? [],
    isRefused: (errors ?? []).length > 0,
  }));
type Counted = z.output<typeof answer>;

/** Looks for the call that `probeHeaders` sent without a log, by its metadata. */
export async function probeAnalytics(
  scratch: Scratch,
  { waitSeconds }: Patience,
): Promise<EvidenceAnswer> {
  const isFound = (counted: Counted) => counted.isRefused || unlogged(counted) > 0;
  const patience = { waitSeconds: PATIENCE * waitSeconds };
  const found = await poll(() => readCounts(scratch), isFound, patience);
  if (found.kind === "missing") return notAnswered(QUESTION, "there is no GraphQL API");
  if (found.kind === "unknown") return notAnswered(QUESTION, found.reason);
  const { rows, isRefused } = found.value;
  if (isRefused) {
    return notAnswered(QUESTION, `the query is refused; it needs ${PERMISSIONS.readAnalytics}`);
  }
  const calls = count(
    rows.reduce((sum, each) => sum + each.count, 0),
    "call",
  );
  if (rows.length === 0) return notAnswered(QUESTION, "no call of the gateway is counted yet");
  const marked = unlogged(found.value);
  const seen = `${calls} of the gateway are counted, ${marked} of them with the metadata of the one without a log`;
  return answered(QUESTION, marked > 0 ? "kept" : "broken", seen);
}

function unlogged({ rows }: Counted): number {
  const marked = rows.filter(({ dimensions }) => dimensions.metadataRaw?.includes(MARK));
  return marked.reduce((sum, each) => sum + each.count, 0);
}

/** https://developers.cloudflare.com/analytics/graphql-api/ */
function readCounts({
  cloudflare,
  accountId,
  gatewayId,
  signal,
}: Scratch): Promise<Answer<Counted>> {
  signal.throwIfAborted();
  const since = `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
  const filter = `{gateway:"${gatewayId}",datetimeHour_geq:"${since}"}`;
  const groups = `aiGatewayRequestsAdaptiveGroups(limit:100,filter:${filter}){count dimensions{metadataRaw}}`;
  const query = `{viewer{accounts(filter:{accountTag:"${accountId}"}){${groups}}}}`;
  return tryCheck(PERMISSIONS.readAnalytics, { what: "analytics", schema: answer }, () =>
    cloudflare.post("/graphql", { body: { query }, maxRetries: 0 }),
  );
}
