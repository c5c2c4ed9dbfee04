/** Describes logs as the REST API does, and reads query strings that choose some. */
import { z } from "zod";

import type { Bodies, StoredLog } from "../logs/log.ts";
import { FILTER_KEYS, isFilterKey, isOrderKey, type Filter, type LogQuery } from "../logs/query.ts";
import { ApiError, check, notImitated } from "./envelope.ts";

/** The length of a preview, which Cloudflare does not document. */
export const HEAD_CHARACTERS = 4096;

export function toListItem(log: StoredLog): object {
  return {
    id: log.id,
    created_at: new Date(log.createdAt).toISOString(),
    provider: log.provider,
    model: log.model,
    path: log.model,
    duration: log.durationMs,
    status_code: log.status,
    success: log.status < 400,
    cached: log.cached,
    tokens_in: log.tokensIn ?? null,
    tokens_out: log.tokensOut ?? null,
    ...(log.cost !== undefined && { cost: log.cost }),
    custom_cost: false,
    metadata: JSON.stringify(log.metadata),
    step: 0,
  };
}

/** Describes a log with the beginning of its bodies, or without any field about them. */
export function toDetail(log: StoredLog, bodies: Bodies | undefined): object {
  const item = toListItem(log);
  if (bodies === undefined) return item;
  return {
    ...item,
    ...preview("request", bodies.request),
    ...preview("response", bodies.response),
  };
}

/** Describes a log as the binding does, which has metadata as an object. */
export function toBindingLog(log: StoredLog, bodies: Bodies | undefined): object {
  return { ...toDetail(log, bodies), metadata: log.metadata };
}

function preview(side: "request" | "response", body: string): object {
  return {
    [`${side}_size`]: Buffer.byteLength(body),
    [`${side}_head`]: body.slice(0, HEAD_CHARACTERS),
    [`${side}_head_complete`]: body.length <= HEAD_CHARACTERS,
  };
}

/** The API's filter keys that are not kept here. */
const OTHER_KEYS = [
  "request_content_type",
  "response_content_type",
  "request_type",
  "model_type",
  "authentication",
  "wholesale",
  "compatibilityMode",
  "dlp_action",
  "user_agent",
];

const rawFilter = z.object({
  key: z.string(),
  operator: z.enum(["eq", "neq", "contains", "lt", "gt"]),
  value: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1),
});
const rawFilters = z.array(rawFilter);

const order = z.object({
  order_by: z.string().optional(),
  order_by_direction: z.enum(["asc", "desc"]).optional(),
});

/**
 * Reads which logs a query string chooses. Throws for a parameter that is not among `known`: a
 * filter misspelled would otherwise choose everything, and this is what deletes. So is
 * `filters.key=…`, as the official SDK 7.3 writes a list of filters: Cloudflare is reported to
 * ignore it (https://github.com/cloudflare/cloudflare-typescript/issues/2723).
 */
export function readChoice(
  query: URLSearchParams,
  known: readonly string[],
): Omit<LogQuery, "gateway"> {
  for (const name of query.keys()) {
    if (!["filters", "order_by", "order_by_direction", ...known].includes(name)) {
      throw notImitated(`the query parameter ${name} of logs`);
    }
  }
  const { order_by, order_by_direction } = check(order, Object.fromEntries(query));
  if (order_by !== undefined && !isOrderKey(order_by)) throw notImitated(`order_by=${order_by}`);
  const filters = check(rawFilters, parseJson(query.get("filters") ?? "[]")).map(toFilter);
  return { filters, orderBy: order_by, direction: order_by_direction };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badFilter("filters is not JSON");
  }
}

function toFilter({ key, operator, value }: z.output<typeof rawFilter>): Filter {
  if (OTHER_KEYS.includes(key)) throw notImitated(`the filter key ${key}`);
  if (!isFilterKey(key)) {
    throw badFilter(`filter key ${JSON.stringify(key)} does not exist`);
  }
  return { key, operator, values: value.map((one) => toSql(key, one)) };
}

/** Returns a value as the column has it. In a query string everything is text, and null is empty. */
function toSql(key: Filter["key"], value: string | number | boolean | null) {
  if (value === null || value === "") return null;
  const { kind } = FILTER_KEYS[key];
  const converted = kind === "text" ? String(value) : TO_NUMBER[kind](value);
  if (typeof converted === "string" || Number.isFinite(converted)) return converted;
  throw badFilter(`filter ${key} has the value ${JSON.stringify(value)}; it is a ${kind}`);
}

const TO_NUMBER = {
  number: Number,
  time: (value: unknown) => (typeof value === "number" ? value : Date.parse(String(value))),
  boolean: (value: unknown) => ({ true: 1, false: 0, 1: 1, 0: 0 })[String(value)] ?? Number.NaN,
};

function badFilter(message: string): ApiError {
  return new ApiError(400, { code: 7001, message, path: ["filters"] });
}
