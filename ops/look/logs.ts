import { z } from "zod";

import { checkAnswer, need, repeated, type Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { parseJson } from "../../policy/json.ts";
import { listLogs, PER_PAGE, type Filter, type Listing, type Order } from "./logs-api.ts";

const metadataSchema = z.record(z.string(), z.unknown());

// Fields that the API may leave out are optional: a log that lacks a price is still a log.
const schema = z
  .object({
    id: z.string().min(1),
    created_at: z.iso.datetime({ offset: true }),
    provider: z.string().nullish(),
    model: z.string().nullish(),
    status_code: z.number().nullish(),
    success: z.boolean(),
    duration: z.number().nullish(),
    tokens_in: z.number().nullish(),
    tokens_out: z.number().nullish(),
    cost: z.number().nullish(),
    cached: z.boolean(),
    // Not documented; seen in lists of one account in September 2026.
    usage_metadata: z
      .object({ input_cached_tokens: z.number().nullish() })
      .nullish()
      .catch(undefined),
    metadata: z.unknown().optional(),
  })
  .transform((data) => ({
    id: data.id,
    createdAt: new Date(data.created_at),
    provider: data.provider ?? "",
    model: data.model ?? "",
    status: data.status_code ?? undefined,
    isSuccess: data.success,
    durationMs: data.duration ?? undefined,
    tokensIn: data.tokens_in ?? undefined,
    tokensOut: data.tokens_out ?? undefined,
    /** Those of the prompt that the gateway's cache answered, or the provider's had already. */
    cachedTokensIn: data.cached
      ? (data.tokens_in ?? undefined)
      : (data.usage_metadata?.input_cached_tokens ?? undefined),
    /** The gateway's estimate of the price, in US dollars. */
    cost: data.cost ?? undefined,
    isCached: data.cached,
    metadata: parseMetadata(data.metadata),
  }));

/** One log, with undefined for whatever the API leaves out. */
export type Log = Readonly<z.output<typeof schema>>;

/** Parses a log of the API. Throws a CommandError where it is none. */
export function parseLog(raw: unknown): Log {
  return checkAnswer("a log", schema, raw);
}

/** Returns the caller's name, or undefined where the call did not come through the Worker. */
export function callerOf({ metadata }: Log): string | undefined {
  const { caller } = metadata;
  return typeof caller === "string" ? caller : undefined;
}

/** Parses metadata, which REST returns as JSON text. Anything else counts as no metadata. */
export function parseMetadata(raw: unknown): Readonly<Record<string, unknown>> {
  return metadataSchema.safeParse(typeof raw === "string" ? parseJson(raw) : raw).data ?? {};
}

/** The conditions for logs to be listed. */
export interface LogQuery {
  readonly isErrors?: boolean;
  /** Whether a list that ignores both its page and its filters is refused; only oldest first. */
  readonly isWhole?: boolean;
  /** Names of which any matches, as `namesInLogs` lists them for one caller. */
  readonly callers?: readonly string[] | undefined;
  /** A substring of the model's name. */
  readonly model?: string | undefined;
  /** The earliest moment, included. */
  readonly since?: Date | undefined;
  /** The latest moment, excluded. */
  readonly until?: Date | undefined;
}

/** Yields the logs that match, each once, and requests a page only when it is needed. */
export async function* findLogs(
  gateway: Gateway,
  query: LogQuery,
  order: Order = "newest first",
): AsyncGenerator<Log, void> {
  const seen = new Set<string>();
  let isRepeated = false;
  for (let page = 1; ; page++) {
    const logs = await listParsed(gateway, { filters: filtersOf(query), order, page });
    const fresh = logs.filter(({ id }) => !seen.has(id));
    // The page's length proves nothing: the largest page is not documented.
    if (fresh.length === 0) {
      if (query.isWhole === true) requireComplete(logs, query);
      // Some APIs repeat the last page. Only a full one can have others behind it.
      if (query.isWhole === true || logs.length < PER_PAGE) return;
      // Once, as many new logs may have pushed the old ones on to this page.
      if (isRepeated) throw new CommandError(repeated("a log"));
    }
    isRepeated = fresh.length === 0;
    for (const log of fresh) {
      seen.add(log.id);
      if (isChosen(log, query)) yield log;
    }
  }
}

/**
 * Throws a CommandError where a page is listed again, with logs that do not match: the API ignores
 * the page, and others that match may stand behind these. Where all match, they are the first of
 * those that do.
 */
function requireComplete(listedAgain: readonly Log[], query: LogQuery): void {
  if (listedAgain.every((log) => isChosen(log, query))) return;
  throw new CommandError(
    "the Logs API heeds neither a page nor a filter: it listed the same logs twice, and among them others than those requested, so that not all can be found",
  );
}

/** Lists one page of logs, as the API filters it. Throws a CommandError where that fails. */
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
 * Filters again on this side. Callers need it: the API has the key and the value of metadata as two
 * filters, and `web` may be the value of another key. The other checks are cheap, and hold whatever
 * the API makes of a filter.
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
