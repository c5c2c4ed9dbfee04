/** Reads what the Worker counted: the totals of a stack's data points. */
import { z } from "zod";

import { datasetOf, METRICS_DAYS, totalsQuery } from "../../policy/gateway/metrics.ts";
import { DAY_MS, PERMISSIONS } from "../../policy/platform.ts";
import { need, tryCheck, type Account } from "../account/account.ts";
import type { LogQuery } from "../look/logs.ts";
import { sumUp, type Sums } from "./sums.ts";

// A count of 64 bits may be a text.
const count = z.coerce.number();
const counts = {
  requests: count,
  tokensIn: count,
  tokensCached: count,
  tokensOut: count,
  tokensReasoning: count,
  withoutUsage: count,
};
const row = z.object({ model: z.string(), caller: z.string(), failed: count, ...counts });
const answer = z.object({ data: z.array(row) });

type Row = z.output<typeof row>;

const NOTHING = {
  requests: 0,
  errors: 0,
  tokensIn: 0,
  tokensCached: 0,
  tokensOut: 0,
  tokensReasoning: 0,
  /** The requests whose tokens are not known. */
  withoutUsage: 0,
};

export type Counted = Readonly<typeof NOTHING>;

/** Totals of data points. */
export type CountedBy = Sums<Counted, string>;

/**
 * Reads the totals of the data points that a query chooses, of three months if it names no
 * beginning; undefined where the stack writes none. Throws a CommandError where they cannot be read.
 */
export async function readCounted(
  { accountId, cloudflare, stack }: Account,
  query: LogQuery,
): Promise<CountedBy | undefined> {
  const dataset = datasetOf(stack.settings);
  if (dataset === undefined) return undefined;
  const since = query.since ?? new Date(Date.now() - METRICS_DAYS * DAY_MS);
  const sql = totalsQuery({ dataset, stack: stack.name }, since);
  const request = () =>
    cloudflare.post(`/accounts/${accountId}/analytics_engine/sql`, {
      body: sql,
      headers: { "content-type": "text/plain" },
    });
  const what = { what: "totals of data points", schema: answer };
  const { data } = need(
    `read dataset ${dataset}`,
    await tryCheck(PERMISSIONS.readAnalytics, what, request),
  );
  return sumUp(
    data.filter((each) => isChosen(each, query)),
    {
      nothing: NOTHING,
      toNumbers: ({ model: _, caller: __, failed, ...numbers }) => ({
        ...numbers,
        errors: failed * numbers.requests,
      }),
      modelOf: ({ model }) => model,
      callerOf: ({ caller }) => caller,
    },
  );
}

function isChosen({ failed, model, caller }: Row, query: LogQuery): boolean {
  return (
    (query.isErrors !== true || failed === 1) &&
    (query.model === undefined || model.includes(query.model)) &&
    (query.callers === undefined || query.callers.includes(caller))
  );
}
