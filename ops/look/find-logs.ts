/** Logs of one gateway, chosen and in order. */
import { need, type Gateway } from "../account/account.ts";
import { callerOf, parseLog, type Log } from "./log.ts";
import { listLogs, type Filter, type Listing, type Order } from "./logs.ts";

export interface LogQuery {
  readonly isErrors?: boolean;
  /** Any of these: what `namesInLogs` has for one caller. */
  readonly callers?: readonly string[] | undefined;
  /** A part of the model's name. */
  readonly model?: string | undefined;
  /** This moment included. */
  readonly since?: Date | undefined;
  /** This moment excluded. */
  readonly until?: Date | undefined;
}

/** Asks for a page only when it is needed. A log that moves to the next page meanwhile comes once. */
export async function* findLogs(
  gateway: Gateway,
  query: LogQuery,
  order: Order = "newest first",
): AsyncGenerator<Log, void> {
  const seen = new Set<string>();
  for (let page = 1; ; page++) {
    const logs = await listParsed(gateway, { filters: filtersOf(query), order, page });
    const fresh = logs.filter(({ id }) => !seen.has(id));
    // Not by the page's length: how many a page holds at most is not documented.
    if (fresh.length === 0) return;
    for (const log of fresh) {
      seen.add(log.id);
      if (isChosen(log, query)) yield log;
    }
  }
}

/** Lists one page, as the API chooses it. Throws a CommandError where it cannot be listed. */
export async function listParsed(gateway: Gateway, listing: Listing): Promise<readonly Log[]> {
  const logs = await listLogs(gateway, listing, ({ result }) => result.map(parseLog));
  return need(`list the logs of ${gateway.gatewayId}`, logs);
}

function filtersOf({ isErrors = false, callers, model, since, until }: LogQuery): Filter[] {
  const filters: readonly (Filter | false)[] = [
    isErrors && { key: "success", operator: "eq", value: [false] },
    callers !== undefined && { key: "metadata.key", operator: "eq", value: ["caller"] },
    callers !== undefined && { key: "metadata.value", operator: "eq", value: [...callers] },
    model !== undefined && { key: "model", operator: "contains", value: [model] },
    since !== undefined && timeFilter("gt", since.getTime() - 1),
    until !== undefined && timeFilter("lt", until.getTime()),
  ];
  return filters.filter((filter) => filter !== false);
}

function timeFilter(operator: "gt" | "lt", time: number): Filter {
  return { key: "created_at", operator, value: [new Date(time).toISOString()] };
}

/**
 * Makes the same choice on this side. It is needed for callers: the API has the key and the value of metadata as two
 * filters, and `web` may be the value of another key. The others are cheap, and hold whatever the API makes of a filter.
 */
function isChosen(log: Log, { isErrors = false, callers, model, since, until }: LogQuery): boolean {
  return (
    (!isErrors || !log.isSuccess) &&
    (callers === undefined || callers.includes(callerOf(log) ?? "")) &&
    (model === undefined || log.model.includes(model)) &&
    (since === undefined || log.createdAt >= since) &&
    (until === undefined || log.createdAt < until)
  );
}
