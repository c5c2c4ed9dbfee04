/** Sums up logs. */
import { callerOf, type Log } from "../look/logs.ts";

/** Totals of some logs, altogether and in groups. */
export interface TotalsBy {
  readonly all: Totals;
  readonly byModel: ReadonlyMap<string, Totals>;
  /** The totals by caller; `undefined` stands for calls beside the Worker. */
  readonly byCaller: ReadonlyMap<string | undefined, Totals>;
}

/** Sums up logs in groups. The group with the most requests comes first. */
export function sumLogs(logs: readonly Log[]): TotalsBy {
  return {
    all: logs.reduce(add, NOTHING),
    byModel: sumBy(logs, ({ model }) => model),
    byCaller: sumBy(logs, callerOf),
  };
}

const NOTHING = {
  requests: 0,
  errors: 0,
  cached: 0,
  tokensIn: 0,
  cachedTokensIn: 0,
  tokensOut: 0,
  /** The sum of the gateway's estimates, in US dollars, of the logs that have one. */
  cost: 0,
  withoutCost: 0,
};

export type Totals = Readonly<typeof NOTHING>;

function sumBy<Key>(logs: readonly Log[], keyOf: (log: Log) => Key): ReadonlyMap<Key, Totals> {
  const sums = new Map<Key, Totals>();
  for (const log of logs) {
    const key = keyOf(log);
    sums.set(key, add(sums.get(key) ?? NOTHING, log));
  }
  return new Map([...sums].toSorted(([, a], [, b]) => b.requests - a.requests));
}

function add(sum: Totals, log: Log): Totals {
  return {
    requests: sum.requests + 1,
    errors: sum.errors + Number(!log.isSuccess),
    cached: sum.cached + Number(log.isCached),
    tokensIn: sum.tokensIn + (log.tokensIn ?? 0),
    cachedTokensIn: sum.cachedTokensIn + (log.cachedTokensIn ?? 0),
    tokensOut: sum.tokensOut + (log.tokensOut ?? 0),
    cost: sum.cost + (log.cost ?? 0),
    withoutCost: sum.withoutCost + Number(log.cost === undefined),
  };
}
