/**
 * Simulates Cloudflare's Logs API, as the retention Worker calls it, in plain functions with a
 * clock. It deletes at once and shows it later, fails where a test requests that, and throws on
 * calls that it does not know.
 */
import { z } from "zod";

import type { Env } from "../../worker/retention/env.ts";
import type { Platform, Reply } from "../../worker/retention/request.ts";

/** The length of a day in milliseconds. */
export const DAY_MS = 86_400_000;
/** The time at which every simulation starts. */
export const NOW = Date.parse("2026-11-22T03:17:00Z");

/** The outcome of one call. A fault occurs before or after the deletion is done. */
export type Fault = "none" | "429" | "503" | "broken before" | "broken after" | "503 after";

/** The state and the faults of a simulated API. */
export interface World {
  /** The true time in milliseconds. */
  time: number;
  readonly logs: readonly Log[];
  /** How far the Worker's and the server's clock are ahead of the true time. */
  readonly workerAheadMs?: number;
  readonly serverAheadMs?: number;
  /** The time until lists reflect a deletion. */
  readonly lagMs?: number;
  /** The most logs that one deletion deletes, whatever limit is sent. */
  readonly maxDeletion?: number;
  /** The largest limit; a larger one is refused with 400. */
  readonly maxLimit?: number;
  readonly ignoresFilterOf?: readonly string[];
  /** The methods that ignore the order: a list is oldest first then, a deletion newest first. */
  readonly ignoresOrderOf?: readonly string[];
  readonly ignoresLimit?: boolean;
  readonly ignoresPage?: boolean;
  /** Whether a page other than the first is refused with 400. */
  readonly refusesPages?: boolean;
  readonly withoutDate?: boolean;
  readonly withoutTotal?: boolean;
  /** What `total_count` has in place of the number of logs in the list. */
  readonly falseTotal?: "0" | "of all logs";
  /** How much later than the list `total_count` reflects a deletion. */
  readonly totalLagMs?: number;
  /** The faults of the calls in turn; later calls have none. */
  readonly faults?: readonly Fault[];
  /** A response to every call in place of the API's. */
  readonly answer?: () => Reply;
}

/** A log of the simulation, with the times when it was created and deleted. */
export interface Log {
  readonly created: number;
  deleted?: number;
}

/** A request of the retention Worker. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string;
}

/** A simulated API and what the Worker did with it. */
interface Simulation {
  readonly platform: Platform;
  readonly calls: readonly Call[];
  readonly sleeps: readonly number[];
}

/** The retention Worker's bindings. */
export const ENV: Env = {
  ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
  GATEWAY_ID: "app-test",
  KEEP_DAYS: 30,
  MAX_ENTRIES: 100_000,
  MAX_SUBREQUESTS: 1000,
  API_TOKEN: "token-of-retention",
  API_URL: "https://api.test/client/v4",
  ALERT_URL: undefined,
  STACK: "test",
};

/** Makes one log of each age, in days. */
export function logsAged(...days: readonly number[]): Log[] {
  return days.map((age) => ({ created: NOW - age * DAY_MS }));
}

/** Lists the ages in days of the logs that remain. */
export function agesLeft(world: World): number[] {
  return world.logs
    .filter(({ deleted }) => deleted === undefined)
    .map(({ created }) => (NOW - created) / DAY_MS);
}

/** Simulates the API for one run of the Worker. */
export function simulate(world: World): Simulation {
  const calls: Call[] = [];
  const sleeps: number[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Reply> => {
    const { authorization } = z.object({ authorization: z.string() }).parse(init.headers);
    const call = { method: String(init.method), url: new URL(url), authorization };
    const fault = world.faults?.[calls.length] ?? "none";
    calls.push(call);
    // Another run may come in between.
    await Promise.resolve();
    world.time += 200;
    if (world.answer !== undefined) return world.answer();
    if (fault === "429") return failure(429, { "retry-after": "3" });
    if (fault === "503") return failure(503);
    if (fault === "broken before") throw new TypeError("network connection lost");
    const answer = call.method === "DELETE" ? remove(call.url, world) : list(call.url, world);
    await Promise.resolve();
    if (fault === "broken after") throw new TypeError("network connection lost");
    return fault === "503 after" ? failure(503) : answer;
  };
  return {
    calls,
    sleeps,
    platform: {
      fetch,
      now: () => world.time + (world.workerAheadMs ?? 0),
      sleep: async (ms) => {
        sleeps.push(ms);
        world.time += ms;
      },
    },
  };
}

function list(url: URL, world: World): Reply {
  const query = readQuery(url, "GET", world);
  const page = world.ignoresPage === true ? 1 : Number(url.searchParams.get("page") ?? "1");
  if (page > 1 && world.refusesPages === true) return failure(400);
  const perPage = Number(url.searchParams.get("per_page"));
  const result = chosen(world, query, world.lagMs)
    .slice((page - 1) * perPage, page * perPage)
    .map((log) => ({
      id: `log-${world.logs.indexOf(log)}`,
      created_at: new Date(log.created).toISOString(),
      model: "@cf/a/b",
    }));
  const counted = { result_info: { page, total_count: countFor(world, query) } };
  return reply({ success: true, result, ...(world.withoutTotal !== true && counted) }, world);
}

function countFor(world: World, query: Query): number {
  const { falseTotal, lagMs = 0, totalLagMs = 0 } = world;
  if (falseTotal === "0") return 0;
  const counted = falseTotal === undefined ? query : { ...query, before: Infinity };
  return chosen(world, counted, lagMs + totalLagMs).length;
}

/** Returns the logs of a query, where deletions are reflected so late. */
function chosen(world: World, { before, direction }: Query, lagMs = 0): Log[] {
  return world.logs
    .filter(({ deleted }) => deleted === undefined || world.time < deleted + lagMs)
    .filter(({ created }) => created < before)
    .toSorted((a, b) => (direction === "asc" ? a.created - b.created : b.created - a.created));
}

function remove(url: URL, world: World): Reply {
  const asked = url.searchParams.get("order_by_direction");
  const limit = Number(url.searchParams.get("limit") ?? "NaN");
  if (asked !== "asc" || !(limit >= 1)) throw new Error(`unexpected deletion: ${url.search}`);
  if (limit > (world.maxLimit ?? Infinity)) return failure(400);
  const most = world.ignoresLimit === true ? Infinity : limit;
  const doomed = chosen(world, readQuery(url, "DELETE", world)).slice(
    0,
    Math.min(most, world.maxDeletion ?? Infinity),
  );
  for (const log of doomed) log.deleted = world.time;
  return reply({ success: true }, world);
}

interface Query {
  readonly before: number;
  readonly direction: string | null;
}

function readQuery(url: URL, method: "GET" | "DELETE", world: World): Query {
  const query = url.searchParams;
  if (url.pathname !== `/client/v4/accounts/${ENV.ACCOUNT_ID}/ai-gateway/gateways/app-test/logs`) {
    throw new Error(`unexpected path: ${url.pathname}`);
  }
  if (query.get("order_by") !== "created_at") throw new Error(`unexpected order: ${url.search}`);
  const filters = query.get("filters");
  const [, time] =
    /^\[\{"key":"created_at","operator":"lt","value":\["([^"]+)"\]\}\]$/.exec(filters ?? "") ?? [];
  if (filters !== null && time === undefined) throw new Error(`unexpected filters: ${filters}`);
  const isIgnored = filters === null || world.ignoresFilterOf?.includes(method) === true;
  const isUnordered = world.ignoresOrderOf?.includes(method) === true;
  const direction = isUnordered ? UNORDERED[method] : query.get("order_by_direction");
  return { before: isIgnored ? Infinity : Date.parse(String(time)), direction };
}

const UNORDERED = { GET: "asc", DELETE: "desc" } as const;

function reply(body: object, world: World): Reply {
  const date = new Date(world.time + (world.serverAheadMs ?? 0)).toUTCString();
  return toReply(200, body, world.withoutDate === true ? {} : { date });
}

function failure(status: number, headers: Record<string, string> = {}): Reply {
  return toReply(status, { success: false, errors: [] }, headers);
}

/**
 * Makes a plain object in place of a Response, and uses no library: the runs of
 * clean-up-property.test.ts send 25,000 requests, each of which would cost msw a third of a
 * millisecond.
 */
function toReply(status: number, body: object, headers: Record<string, string>): Reply {
  return {
    ok: status === 200,
    status,
    headers: { get: (name) => headers[name] ?? null },
    body: null,
    text: async () => JSON.stringify(body),
  };
}
