import { callerOf, type Log } from "../look/logs.ts";
import { sumUp, type Sums } from "./sums.ts";

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

/** Totals of logs; `undefined` stands for calls beside the Worker. */
export type TotalsBy = Sums<Totals, string | undefined>;

export function sumLogs(logs: readonly Log[]): TotalsBy {
  return sumUp(logs, { nothing: NOTHING, toNumbers, modelOf: ({ model }) => model, callerOf });
}

function toNumbers(log: Log): Totals {
  return {
    requests: 1,
    errors: Number(!log.isSuccess),
    cached: Number(log.isCached),
    tokensIn: log.tokensIn ?? 0,
    cachedTokensIn: log.cachedTokensIn ?? 0,
    tokensOut: log.tokensOut ?? 0,
    cost: log.cost ?? 0,
    withoutCost: Number(log.cost === undefined),
  };
}
