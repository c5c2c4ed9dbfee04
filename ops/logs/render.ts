/** Formats logs for a terminal. */
import { printableJson, printableText } from "../../policy/harmless.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { type Column, formatTable } from "../cli/print.ts";
import { callerOf, type Log } from "../look/logs.ts";
import type { Counted, CountedBy } from "./metrics.ts";
import { whyNoBodies, type Body, type OneLog } from "./one.ts";
import type { Totals, TotalsBy } from "./totals.ts";

/** The columns of a list of logs; the widths are for rows that `--follow` prints later. */
const COLUMNS: readonly Column<Log>[] = [
  { title: "time (UTC)", cell: ({ createdAt }) => formatTime(createdAt), width: 19 },
  { title: "model", cell: ({ model }) => model || "-", width: 36 },
  { title: "status", cell: statusOf, isNumber: true, width: 6 },
  { title: "ms", cell: ({ durationMs }) => durationMs ?? "-", isNumber: true, width: 6 },
  { title: "in", cell: ({ tokensIn }) => tokensIn ?? "-", isNumber: true, width: 6 },
  { title: "out", cell: ({ tokensOut }) => tokensOut ?? "-", isNumber: true, width: 6 },
  { title: "cost", cell: ({ cost }) => formatCost(cost), isNumber: true, width: 9 },
  { title: "cached", cell: ({ isCached }) => (isCached ? "yes" : "no"), width: 6 },
  { title: "caller", cell: (log) => callerOf(log) ?? "-", width: 12 },
  { title: "id", cell: ({ id }) => id },
];

export function logsText(logs: readonly Log[], hasHead = true): string {
  return formatTable(logs, COLUMNS, { hasHead });
}

/** Formats one log with its bodies, or with why it has none. */
export function oneLogText({ log, request, response }: OneLog, stack: Stack): string {
  const facts: readonly (readonly [string, string | number])[] = [
    ["id", log.id],
    ["time", `${formatTime(log.createdAt)} UTC`],
    ["provider", log.provider || "-"],
    ["model", log.model || "-"],
    ["status", statusOf(log)],
    ["duration", log.durationMs === undefined ? "-" : `${log.durationMs} ms`],
    ["tokens", `${log.tokensIn ?? "-"} in, ${log.tokensOut ?? "-"} out`],
    ["cost", log.cost === undefined ? "-" : `${formatCost(log.cost)} USD`],
    ["cached", log.isCached ? "yes" : "no"],
    ...Object.entries(log.metadata).map(
      ([key, value]) => [`metadata ${key}`, text(value)] as const,
    ),
  ];
  const columns: readonly Column<(typeof facts)[number]>[] = [
    { title: "", cell: ([name]) => name },
    { title: "", cell: ([, value]) => value },
  ];
  const bodies =
    request === undefined && response === undefined
      ? [`no bodies: ${whyNoBodies(stack)}`]
      : [bodyText("request", request), bodyText("response", response)];
  return [formatTable(facts, columns, { hasHead: false }), ...bodies].join("\n\n");
}

// https://github.com/cloudflare/ai/issues/550
const ESTIMATE =
  "est. cost is AI Gateway's estimate in US dollars, and no bill: prompts that a provider had cached were logged dearer than others";

export function totalsText({ all, byModel, byCaller }: TotalsBy): string {
  const missing = all.withoutCost === 0 ? [] : [`without a cost, counted as 0: ${all.withoutCost}`];
  return [
    formatTable([["all", all]], totalColumns("")),
    formatTable(byModel, totalColumns("model")),
    formatTable(
      byCaller.map(([caller = "- (beside the Worker)", totals]) => [caller, totals] as const),
      totalColumns("caller"),
    ),
    ...missing,
    ESTIMATE,
  ].join("\n\n");
}

export function countedText({ all, byModel, byCaller }: CountedBy): string {
  const unknown =
    all.withoutUsage === 0 ? [] : [`tokens not known, counted as 0: ${all.withoutUsage}`];
  return [
    "counted by the Worker, logged or not (data points, which may be sampled):",
    formatTable([["all", all]], countedColumns("")),
    formatTable(byModel, countedColumns("model")),
    formatTable(byCaller, countedColumns("caller")),
    ...unknown,
  ].join("\n\n");
}

function countedColumns(title: string): readonly Column<readonly [string, Counted]>[] {
  return [
    { title, cell: ([name]) => name || "-", width: 36 },
    { title: "requests", cell: ([, { requests }]) => requests, isNumber: true },
    { title: "errors", cell: ([, { errors }]) => errors, isNumber: true },
    { title: "in", cell: ([, { tokensIn }]) => tokensIn, isNumber: true, width: 8 },
    { title: "of cache", cell: ([, { tokensCached }]) => tokensCached, isNumber: true },
    { title: "out", cell: ([, { tokensOut }]) => tokensOut, isNumber: true, width: 8 },
    { title: "reasoning", cell: ([, { tokensReasoning }]) => tokensReasoning, isNumber: true },
  ];
}

function totalColumns(title: string): readonly Column<readonly [string, Totals]>[] {
  return [
    { title, cell: ([name]) => name || "-", width: 36 },
    { title: "requests", cell: ([, { requests }]) => requests, isNumber: true },
    { title: "errors", cell: ([, { errors }]) => errors, isNumber: true },
    { title: "cached", cell: ([, { cached }]) => cached, isNumber: true },
    { title: "in", cell: ([, { tokensIn }]) => tokensIn, isNumber: true, width: 8 },
    { title: "cached in", cell: ([, each]) => each.cachedTokensIn, isNumber: true, width: 9 },
    { title: "out", cell: ([, { tokensOut }]) => tokensOut, isNumber: true, width: 8 },
    { title: "est. cost", cell: ([, { cost }]) => formatCost(cost), isNumber: true, width: 11 },
  ];
}

function bodyText(title: string, body: Body | undefined): string {
  if (body === undefined) return `${title}: not kept`;
  const { content, isWhole } = body;
  const shown = typeof content === "string" ? printableText(content) : printableJson(content, 2);
  return `${title}${isWhole ? "" : " (its beginning; the rest is not kept)"}:\n${shown}`;
}

function statusOf({ status, isSuccess }: Log): string {
  return String(status ?? (isSuccess ? "ok" : "failed"));
}

/** Formats US dollars; a single answer often costs less than a thousandth of a cent. */
function formatCost(cost: number | undefined): string {
  return cost === undefined ? "-" : cost.toFixed(6);
}

/** Formats a time to the second, in UTC. */
function formatTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
