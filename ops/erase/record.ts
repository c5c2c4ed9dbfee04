import { escapeMarkdown } from "../../policy/harmless.ts";
import { datasetOf } from "../../policy/gateway/metrics.ts";
import { callersIn } from "../../policy/gateway/callers.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import { markdownTable } from "../cli/print.ts";
import { describeStranger } from "../look/caller.ts";
import type { Log } from "../look/logs.ts";
import type { Erasure } from "./erasure.ts";

interface RecordArgs {
  readonly at: Date;
  readonly stack: Stack;
  readonly caller: string;
  readonly erasure: Erasure;
  readonly found: readonly Log[];
  /** The number of logs still listed; undefined where nothing was to be deleted yet. */
  readonly left: number | undefined;
}

/** The record as programs read it. */
type EraseRecord = ReturnType<typeof toRecord>;

export function toRecord({ at, stack, caller, erasure, found, left }: RecordArgs) {
  return {
    at,
    stack: stack.name,
    gatewayId: stack.settings.gatewayId,
    caller,
    /** Why the name may be misspelt; undefined for a caller of the stack file. */
    noCaller: describeStranger(stack, caller),
    namesInLogs: erasure.callers,
    until: erasure.until,
    found: found.length,
    oldest: found[0]?.createdAt,
    newest: found.at(-1)?.createdAt,
    left,
    /** The copies that may still hold the caller's data. */
    notErased: copiesOf(stack),
  };
}

export function recordMarkdown(record: EraseRecord): string {
  const { at, stack, gatewayId, caller, noCaller, namesInLogs, until, found, left } = record;
  const rows = [
    ["when", at.toISOString()],
    ["gateway", `${gatewayId} (stack ${stack})`],
    ["caller", caller],
    ...(noCaller === undefined ? [] : [["no caller", noCaller] as const]),
    ["in logs as", namesInLogs.join(", ")],
    ["logs before", until.toISOString()],
    ["found", `${found}${span(record.oldest, record.newest)}`],
    ["how", left === undefined ? "looked only: nothing was deleted" : HOW],
    ["left", left === undefined ? String(found) : String(left)],
  ] as const;
  const cells = rows.map(([name, value]) => [name, escapeMarkdown(value)]);
  return [
    left === undefined
      ? "# What an erasure of a caller's logs would delete"
      : "# Erasure of a caller's logs",
    "",
    markdownTable([["", ""], ...cells]),
    "",
    "Not erased by this, and perhaps still there:",
    "",
    ...record.notErased.map((copy) => `- ${escapeMarkdown(copy)}`),
  ].join("\n");
}

const HOW = "deleted by id over the Logs API, then looked for again";

/** Lists the copies, besides the gateway's logs, that this project knows of. */
export function copiesOf({ settings }: Stack): readonly string[] {
  const { exports, logpush, telemetry, cache, guardrails, worker, anonymousCallers } = settings;
  const named = NAMED[anonymousCallers === undefined ? "name" : "hash"];
  const exported = exports.map(
    ({ url, keepDays }) =>
      `copies exported to ${url}, kept there ${forDays(keepDays)}: erase them there`,
  );
  const { traces } = telemetry;
  const dataset = datasetOf(settings);
  const others = [
    logpush &&
      `${logpush.bodies ? "encrypted copies" : "copies without bodies"} in R2 bucket ${logpush.bucket}, until they are ${count(logpush.keepDays, "day")} old: files of many callers, to be deleted there by their day`,
    traces &&
      `spans sent to ${traces.url}, one for each request, ${NAMED[callersIn(settings)]} and without bodies, kept there ${forDays(traces.keepDays)}: erase them there`,
    dataset &&
      `data points in dataset ${dataset} of Analytics Engine, one for each request, ${NAMED[callersIn(settings)]} and without bodies, for three months; nothing erases one sooner`,
    cache && `answers in the gateway's cache, for up to ${count(cache.ttlSeconds, "second")}`,
    guardrails &&
      "guardrails' evaluations, which are logs of their own: whether they name the caller is not documented",
    `Workers Logs of ${worker.name}: a line for each request, ${named} and without bodies`,
    `AI Gateway's analytics: each call, logged or not, ${named}, for a time that is not documented; nothing known erases them`,
    "what the models' providers keep by their own terms",
  ];
  return [...exported, ...others.filter((copy) => copy !== undefined)];
}

/** How a measurement names a caller. */
const NAMED = {
  name: "with the caller's name",
  hash: "with the caller's hash",
  nobody: "with no caller in it",
} as const;

function forDays(keepDays: number | undefined): string {
  return keepDays === undefined
    ? "for a time this project does not know"
    : `for ${count(keepDays, "day")}`;
}

function span(oldest: Date | undefined, newest: Date | undefined): string {
  if (oldest === undefined || newest === undefined) return "";
  return `, from ${oldest.toISOString()} to ${newest.toISOString()}`;
}
