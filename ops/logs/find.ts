/** Logs of one gateway, chosen and in order. */
import type Cloudflare from "cloudflare";

import { ask, type Account } from "../account/account.ts";
import { callerOf, parseLog, type Log } from "./log.ts";

export interface LogQuery {
  readonly isErrors?: boolean;
  /** Any of these: what `namesInLogs` says of one caller. */
  readonly callers?: readonly string[] | undefined;
  /** A part of the model's name. */
  readonly model?: string | undefined;
  /** This moment included. */
  readonly since?: Date | undefined;
  /** This moment excluded. */
  readonly until?: Date | undefined;
}

export type Order = "newest first" | "oldest first";
export type Filter = Cloudflare.AIGateway.LogListParams.Filter;

// More is refused.
export const PER_PAGE = 50;

/** Asks for a page only when it is needed. A log that moves to the next page meanwhile comes once. */
export async function* findLogs(
  account: Account,
  query: LogQuery,
  order: Order = "newest first",
): AsyncGenerator<Log, void> {
  const seen = new Set<string>();
  for (let page = 1; ; page++) {
    const logs = await listLogs(account, { filters: filtersOf(query), order, page });
    const fresh = logs.filter(({ id }) => !seen.has(id));
    // Not by the page's length: how many a page holds at most is not documented.
    if (fresh.length === 0) return;
    for (const log of fresh) {
      seen.add(log.id);
      if (isChosen(log, query)) yield log;
    }
  }
}

export interface Listing {
  readonly filters: readonly Filter[];
  readonly order?: Order;
  readonly page?: number;
}

/** One page, as the API chooses it. */
export async function listLogs(account: Account, listing: Listing): Promise<readonly Log[]> {
  const { filters, order = "newest first", page = 1 } = listing;
  const { accountId, cloudflare, stack } = account;
  const { gatewayId } = stack.settings;
  const { result } = await ask(
    `list the logs of ${gatewayId}`,
    "AI Gateway Read",
    cloudflare.aiGateway.logs.list(gatewayId, {
      account_id: accountId,
      filters: [...filters],
      order_by: "created_at",
      order_by_direction: order === "oldest first" ? "asc" : "desc",
      per_page: PER_PAGE,
      page,
    }),
  );
  return result.map(parseLog);
}

function filtersOf({ isErrors = false, callers, model, since, until }: LogQuery): Filter[] {
  return [
    ...filterIf(isErrors, { key: "success", operator: "eq", value: [false] }),
    ...(callers === undefined ? [] : callerFilters(callers)),
    ...(model === undefined
      ? []
      : [{ key: "model", operator: "contains", value: [model] } satisfies Filter]),
    ...(since === undefined ? [] : [timeFilter("gt", since.getTime() - 1)]),
    ...(until === undefined ? [] : [timeFilter("lt", until.getTime())]),
  ];
}

function filterIf(isWanted: boolean, filter: Filter): Filter[] {
  return isWanted ? [filter] : [];
}

function callerFilters(callers: readonly string[]): Filter[] {
  return [
    { key: "metadata.key", operator: "eq", value: ["caller"] },
    { key: "metadata.value", operator: "eq", value: [...callers] },
  ];
}

function timeFilter(operator: "gt" | "lt", time: number): Filter {
  return { key: "created_at", operator, value: [new Date(time).toISOString()] };
}

/**
 * The same choice on this side. It is needed for callers: the API has the key and the value of metadata as two filters,
 * and `web` may be the value of another key. The others are cheap, and hold whatever the API makes of a filter.
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
