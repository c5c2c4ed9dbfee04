/**
 * The Logs API of one gateway, as documented: a list, and a deletion that only confirms.
 * https://developers.cloudflare.com/api/resources/ai_gateway/subresources/logs/
 */
import * as v from "valibot";

import type { Env } from "./env.ts";
import { send, type Answer, type Answered, type Busy, type Platform } from "./request.ts";
import { RunEnd } from "./run-end.ts";

/** The Logs API of one gateway, as a run needs it. */
export interface LogsApi {
  /**
   * Returns the first log of a list, and the list's length. Repeats what may pass; otherwise throws
   * a RunEnd.
   */
  look(query: LogQuery): Promise<LogPage>;
  /**
   * Requests once that the oldest logs created before a time are deleted; throws a RunEnd where
   * repeating it is useless.
   */
  deleteOldest(before: number, limit: number): Promise<Deletion>;
  /**
   * Returns the oldest log of all, requested once; undefined without an answer. A request is always
   * left for it.
   */
  lastLook(): Promise<LogPage | undefined>;
  /** The number of requests sent so far. */
  readonly requests: number;
}

/** Which logs are listed, and in which order by time. */
export interface LogQuery {
  /** The time before which the logs were created, in milliseconds. */
  readonly before?: number;
  readonly direction: "asc" | "desc";
  /** The place of the first log that is returned, from 1. */
  readonly place?: number;
}

/** The beginning of a list of logs. */
export interface LogPage {
  /** The first log's id, where the API has one. */
  readonly id: string | undefined;
  /** The time at which the first log was created, in milliseconds; undefined where there is none. */
  readonly first: number | undefined;
  /** The number of logs in the whole list. It lags behind a deletion, and may be absent. */
  readonly total: number | undefined;
  readonly serverTime: number;
}

/**
 * The outcome of a deletion. `not understood` is status 400, which is also what a limit over the
 * API's own would get.
 */
export type Deletion = "accepted" | "not understood" | "unknown";

// A cron run has 15 minutes: this leaves time for the last answer and an alert.
// https://developers.cloudflare.com/workers/platform/limits/#duration
const MAX_RUN_MS = 12 * 60_000;
const MAX_REPEATS = 4;
const FIRST_WAIT_MS = 1000;
// These are left for the last look and the alert.
const RESERVED_REQUESTS = 2;

const OLDEST_FIRST = { order_by: "created_at", order_by_direction: "asc" };

const page = v.object({
  success: v.literal(true),
  result: v.array(
    v.object({
      id: v.optional(v.string()),
      created_at: v.pipe(v.string(), v.transform(Date.parse), v.finite()),
    }),
  ),
  result_info: v.optional(
    v.object({ total_count: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))) }),
  ),
});
const deletion = v.object({ success: v.literal(true) });

/** Opens the API for one run, whose time begins now. */
export function openLogsApi(env: Env, platform: Platform): LogsApi {
  const logs = `${env.API_URL}/accounts/${encodeURIComponent(env.ACCOUNT_ID)}/ai-gateway/gateways/${encodeURIComponent(env.GATEWAY_ID)}/logs`;
  const deadline = platform.now() + MAX_RUN_MS;
  let requests = 0;
  // Those in a row: the looks between them do not count.
  let failedDeletions = 0;

  async function request(method: "GET" | "DELETE", query: Record<string, string>): Promise<Answer> {
    requests += 1;
    const url = `${logs}?${new URLSearchParams(query).toString()}`;
    return send({ method, url, token: env.API_TOKEN }, platform);
  }

  function keepWithinRun(): void {
    if (requests >= env.MAX_SUBREQUESTS - RESERVED_REQUESTS) throw new RunEnd("out of requests");
    if (platform.now() >= deadline) throw new RunEnd("out of time");
  }

  async function waitBeforeRepeat(answer: Busy, repeats: number): Promise<void> {
    const waitMs = answer.waitMs ?? FIRST_WAIT_MS * 2 ** repeats;
    if (repeats >= MAX_REPEATS || platform.now() + waitMs >= deadline) {
      throw new RunEnd("unavailable", answer.status);
    }
    await platform.sleep(waitMs);
  }

  return {
    async look(query) {
      for (let repeats = 0; ; repeats += 1) {
        keepWithinRun();
        const answer = await request("GET", listQuery(query));
        if (answer.kind === "answered") return readPage(answer, query);
        if (answer.kind === "refused") throw new RunEnd("refused", answer.status);
        await waitBeforeRepeat(answer, repeats);
      }
    },
    async deleteOldest(before, limit) {
      keepWithinRun();
      const filters = createdBefore(before);
      const answer = await request("DELETE", { filters, limit: String(limit), ...OLDEST_FIRST });
      if (answer.kind === "busy") {
        // Not repeated here: the first may have been done, and `limit` must be counted anew.
        await waitBeforeRepeat(answer, failedDeletions);
        failedDeletions += 1;
        return "unknown";
      }
      failedDeletions = 0;
      if (answer.status === 400) return "not understood";
      if (answer.kind === "refused") throw new RunEnd("refused", answer.status);
      if (!v.is(deletion, answer.body)) throw new RunEnd("unreadable", answer.status);
      return "accepted";
    },
    async lastLook() {
      const query: LogQuery = { direction: "asc" };
      const answer = await request("GET", listQuery(query));
      return answer.kind === "answered" ? readPage(answer, query) : undefined;
    },
    get requests() {
      return requests;
    },
  };
}

function listQuery({ before, direction, place }: LogQuery): Record<string, string> {
  return {
    ...(before !== undefined && { filters: createdBefore(before) }),
    order_by: "created_at",
    order_by_direction: direction,
    // The second log shows whether the order is heeded.
    ...(place === undefined ? { per_page: "2" } : { per_page: "1", page: String(place) }),
    meta_info: "true",
  };
}

/**
 * Makes a filter, as JSON. What Cloudflare's own SDK sends, `filters.key=…&filters.operator=…`, is
 * ignored silently, and a deletion whose filter is ignored deletes everything.
 * https://github.com/cloudflare/cloudflare-typescript/issues/2723
 */
function createdBefore(time: number): string {
  const value = [new Date(time).toISOString()];
  return JSON.stringify([{ key: "created_at", operator: "lt", value }]);
}

/**
 * Throws a RunEnd for a page that is not as documented, has a log that its filter excludes, or is
 * not in order.
 */
function readPage(
  { status, body, serverTime }: Answered,
  { before = Infinity, direction }: LogQuery,
): LogPage {
  const { success, output } = v.safeParse(page, body);
  if (!success || Number.isNaN(serverTime)) throw new RunEnd("unreadable", status);
  const { result, result_info } = output;
  const times = result.map((log) => log.created_at);
  if (times.some((time) => time >= before)) throw new RunEnd("filter ignored");
  // Without an order the newest log is not known, and so not whether the filter is heeded.
  const sorted = times.toSorted((a, b) => (direction === "asc" ? a - b : b - a));
  if (times.some((time, index) => time !== sorted[index])) throw new RunEnd("order ignored");
  return { id: result[0]?.id, first: times[0], total: result_info?.total_count, serverTime };
}
