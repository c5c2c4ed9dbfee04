/**
 * The data points of the Worker, as Analytics Engine keeps them: one table says which column holds
 * what. The Worker gets its order as a binding, and every query is made from it.
 * https://developers.cloudflare.com/analytics/analytics-engine/sql-api/#table-structure
 */
import type { Settings } from "../settings/settings.ts";

/** The days that a data point is kept, three months. */
export const METRICS_DAYS = 92;

/**
 * The columns that hold texts, in order. A new one goes to the end: what is stored keeps its place.
 * A data point has at most 20 of each kind.
 * https://developers.cloudflare.com/analytics/analytics-engine/limits/
 */
export const BLOBS = {
  stack: "the stack's name",
  release: "the release of the Worker, as logs have it",
  route: "the endpoint, such as `/v1/chat/completions`; `other` where none was reached",
  model: "the model that answered, or was called last; empty where none was",
  requestedModel: "the model that the caller asked for; empty where none was called",
  caller: "the caller as logs name it; empty where nobody is named",
  code: "the `code` of an error; empty where the answer was none",
  streamEnd: "how a stream ended: `complete`, `cut` or `cancelled`; empty where there was none",
} as const;

/** The columns that hold numbers, in order. */
export const DOUBLES = {
  status: "the status of the answer",
  durationMs: "milliseconds until the answer, or its stream, had ended",
  firstEventMs: "milliseconds until a stream's first event; 0 where there was no stream",
  inputTokens: "tokens of the prompt, cached ones among them",
  cachedTokens: "of these, tokens that the provider had in its cache",
  outputTokens: "tokens of the answer, reasoning among them",
  reasoningTokens: "of these, tokens of reasoning",
  hasUsage: "1 where the model reported tokens; 0 where they are not known, and counted as 0",
  fallbacks: "how many models failed before the last one",
} as const;

/** A column by its name here. */
export type Column = keyof typeof BLOBS | keyof typeof DOUBLES;

const PLACES = new Map<string, string>([
  ...Object.keys(BLOBS).map((name, index) => [name, `blob${index + 1}`] as const),
  ...Object.keys(DOUBLES).map((name, index) => [name, `double${index + 1}`] as const),
]);

/** Returns the name of a column in SQL. */
export function columnOf(name: Column): string {
  return PLACES.get(name) ?? name;
}

/** The names of all columns, in order: the binding that tells the Worker. */
export function columnNames() {
  return { blobs: Object.keys(BLOBS), doubles: Object.keys(DOUBLES) };
}

/** Returns the dataset of a stack's data points; undefined where there is none. */
export function datasetOf({
  telemetry,
  worker,
}: Pick<Settings, "telemetry" | "worker">): string | undefined {
  const { metrics } = telemetry;
  if (metrics === undefined) return undefined;
  return metrics.dataset === true
    ? `ai_gateway_${worker.name.replaceAll("-", "_")}`
    : metrics.dataset;
}

const SAMPLED = "SUM(_sample_interval)";
const isFailed = `${columnOf("status")} >= 400 OR ${columnOf("streamEnd")} = 'cut'`;

function sum(name: Column): string {
  return `SUM(_sample_interval * ${columnOf(name)})`;
}

function share(of: string): string {
  return `SUM(_sample_interval * IF(${of}, 1, 0)) / ${SAMPLED}`;
}

function quantile(level: number, name: Column): string {
  return `quantileExactWeighted(${level})(${columnOf(name)}, _sample_interval)`;
}

interface Place {
  readonly dataset: string;
  /** The stack's name. Names of stacks have no quotes. */
  readonly stack: string;
}

/** Makes the query of totals: one row for each model, caller and outcome. */
export function totalsQuery({ dataset, stack }: Place, since: Date): string {
  return `SELECT ${columnOf("model")} AS model, ${columnOf("caller")} AS caller,
  IF(${isFailed}, 1, 0) AS failed, ${SAMPLED} AS requests,
  ${sum("inputTokens")} AS tokensIn, ${sum("cachedTokens")} AS tokensCached,
  ${sum("outputTokens")} AS tokensOut, ${sum("reasoningTokens")} AS tokensReasoning,
  SUM(_sample_interval * (1 - ${columnOf("hasUsage")})) AS withoutUsage
FROM ${dataset}
WHERE ${columnOf("stack")} = '${stack}' AND timestamp >= toDateTime(${Math.floor(since.getTime() / 1000)})
GROUP BY model, caller, failed
ORDER BY requests DESC
FORMAT JSON`;
}

/** Lists queries for dashboards, by what they show. */
export function dashboardQueries({ dataset, stack }: Place): Readonly<Record<string, string>> {
  const minute = "intDiv(toUInt32(timestamp), 60) * 60 AS t";
  const rest = (groups: string, more = "") => `FROM ${dataset}
WHERE ${columnOf("stack")} = '${stack}' AND timestamp > NOW() - INTERVAL '1' DAY${more}
GROUP BY ${groups}
ORDER BY ${groups}`;
  return {
    "requests a minute, by model": `SELECT ${minute}, ${columnOf("model")} AS model, ${SAMPLED} AS requests
${rest("t, model")}`,
    "share of requests that failed": `SELECT ${minute}, ${share(isFailed)} AS failed
${rest("t")}`,
    "errors by code": `SELECT ${columnOf("code")} AS code, ${SAMPLED} AS requests
${rest("code", ` AND ${columnOf("code")} != ''`)}`,
    "duration in milliseconds, median and 95 %": `SELECT ${minute}, ${quantile(0.5, "durationMs")} AS p50, ${quantile(0.95, "durationMs")} AS p95
${rest("t")}`,
    "time to the first event of a stream, 95 %, by model": `SELECT ${columnOf("model")} AS model, ${quantile(0.95, "firstEventMs")} AS p95
${rest("model", ` AND ${columnOf("firstEventMs")} > 0`)}`,
    "tokens by caller, and the share that came from a cache": `SELECT ${columnOf("caller")} AS caller, ${sum("inputTokens")} AS input, ${sum("outputTokens")} AS output, ${sum("cachedTokens")} / ${sum("inputTokens")} AS cached
${rest("caller", ` AND ${columnOf("inputTokens")} > 0`)}`,
    "share of chats that a fallback answered": `SELECT ${minute}, ${share(`${columnOf("fallbacks")} > 0`)} AS fallbacks
${rest("t")}`,
  };
}
