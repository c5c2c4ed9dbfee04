/**
 * The dataset `aiGatewayRequestsAdaptiveGroups`, as far as public queries and answers show it: each
 * call, whether its log is kept or not. No page lists its fields.
 * https://developers.cloudflare.com/ai-gateway/observability/analytics/
 */
import { FILTER_KEYS } from "../logs/query.ts";

export const DATASET = "aiGatewayRequestsAdaptiveGroups";

/** A column of the dataset: its SQL, and the kind of its values. Times are milliseconds in SQL. */
export interface Column {
  readonly sql: string;
  readonly kind: "text" | "number" | "time" | "date";
}

const MINUTE_MS = 60_000;

export const DIMENSIONS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ["gateway", { sql: "gateway", kind: "text" }],
  ["provider", { sql: "provider", kind: "text" }],
  ["model", { sql: "model", kind: "text" }],
  ["metadataRaw", { sql: "metadata", kind: "text" }],
  ["statusCode", { sql: "status", kind: "number" }],
  ["cached", { sql: "cached", kind: "number" }],
  ["error", { sql: "(status >= 400)", kind: "number" }],
  ["rateLimited", { sql: "rate_limited", kind: "number" }],
  ["date", { sql: bucket(24 * 60), kind: "date" }],
  ["datetime", { sql: "(created_at / 1000 * 1000)", kind: "time" }],
  ["datetimeMinute", { sql: bucket(1), kind: "time" }],
  ["datetimeFiveMinutes", { sql: bucket(5), kind: "time" }],
  ["datetimeFifteenMinutes", { sql: bucket(15), kind: "time" }],
  ["datetimeHour", { sql: bucket(60), kind: "time" }],
]);

/** The lists of a call's metadata, of which a filter names one element. */
export const LISTS: ReadonlyMap<string, string> = new Map([
  ["metadataKeys", FILTER_KEYS["metadata.key"].column],
  ["metadataValues", FILTER_KEYS["metadata.value"].column],
]);

/**
 * The sums. Tokens are cached where the gateway's own cache answered; `tokensIn` and `tokensOut` are
 * newer than the rest, and were seen from September 2026 on.
 */
export const SUMS: ReadonlyMap<string, string> = new Map([
  ["cost", "total(cost)"],
  ["cachedRequests", "sum(cached)"],
  ["erroredRequests", "sum(status >= 400)"],
  ["tokensIn", tokens("tokens_in")],
  ["tokensOut", tokens("tokens_out")],
  ["cachedTokensIn", tokens("tokens_in * cached")],
  ["cachedTokensOut", tokens("tokens_out * cached")],
  ["uncachedTokensIn", tokens("tokens_in * (1 - cached)")],
  ["uncachedTokensOut", tokens("tokens_out * (1 - cached)")],
]);

/** The limits of a query, as one account's settings showed them in September 2026. */
export const LIMITS = {
  pageSize: 10_000,
  fields: 30,
  durationSeconds: 2_764_800,
  ageSeconds: 5_356_800,
} as const;

function bucket(minutes: number): string {
  const width = minutes * MINUTE_MS;
  return `(created_at / ${width} * ${width})`;
}

function tokens(sql: string): string {
  return `coalesce(sum(${sql}), 0)`;
}
