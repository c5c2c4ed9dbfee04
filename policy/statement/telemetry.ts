import { datasetOf } from "../gateway/metrics.ts";
import { callersIn } from "../gateway/callers.ts";
import { PERMISSIONS } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { count, list } from "../words.ts";
import type { Fact } from "./fact.ts";

/** States which measurements leave the Worker, to whom, for how long, and who is named in them. */
export function telemetryFact(settings: Settings): Fact {
  const { traces } = settings.telemetry;
  const dataset = datasetOf(settings);
  const places = [
    ...(traces === undefined ? [] : [describeTraces(traces)]),
    ...(dataset === undefined ? [] : [describeMetrics(dataset)]),
  ];
  return {
    id: "telemetry",
    question: "Do measurements leave?",
    answer:
      places.length === 0
        ? "none is declared"
        : `YES, without prompt and answer: ${places.join("; ")}; they hold model, route, tokens, status, duration and ${describeCaller(settings)}`,
    value: {
      ...(traces && { traces: { ...traces, headers: Object.keys(traces.headers) } }),
      ...(dataset !== undefined && { metrics: dataset }),
      ...(places.length > 0 && { callers: callersIn(settings) }),
    },
  };
}

function describeTraces({
  url,
  headers,
  keepDays,
}: NonNullable<Settings["telemetry"]["traces"]>): string {
  const names = Object.keys(headers);
  const notes = [
    keepDays === undefined
      ? "kept there for a time not stated"
      : `kept there for ${count(keepDays, "day")}`,
    ...(names.length === 0 ? [] : [`with header ${names.join(" and ")}`]),
  ];
  return `a span of each request that reaches a model, with its ids, to ${url} (${list(notes)})`;
}

function describeMetrics(dataset: string): string {
  return `a data point of each request to dataset ${dataset} of the account (Analytics Engine: kept for three months, whatever the log system does; nothing deletes one sooner, and every token with ${PERMISSIONS.readAnalytics} reads it)`;
}

function describeCaller(settings: Settings): string {
  const callers = callersIn(settings);
  if (callers === "hash") return "a keyed hash of the caller";
  if (callers === "nobody") return "no caller, as no log is kept";
  return settings.worker.cloudflareAccess === undefined
    ? "the caller's name"
    : "the caller's name (of people the e-mail address)";
}
