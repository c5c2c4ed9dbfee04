/** Defines the rules about what the Worker measures, and who gets it. */
import { METRICS_DAYS } from "../gateway/metrics.ts";
import { callersIn } from "../gateway/callers.ts";
import { isLoopback } from "../loopback.ts";
import { problemIf } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, type Rule } from "./rule.ts";

export const telemetryRules: readonly Rule[] = [
  {
    id: "traces-in-clear",
    requirement: "spans must go to their collector over https",
    because: "whoever is on the way reads who calls which model, and the header that lets spans in",
    source: "https://opentelemetry.io/docs/specs/otlp/#otlphttp-request",
    remedy: "use an https URL; http is for a collector on this machine, for npm start",
    severity: BOTH_ERROR,
    breaches: ({ settings: { telemetry } }) => {
      const { url = "https:" } = telemetry.traces ?? {};
      const isClear = url.startsWith("http:") && !isLoopback(url);
      return problemIf(isClear, "telemetry.traces.url", `is ${url}`);
    },
  },
  {
    id: "traces-to-this-machine",
    requirement: "a deployed Worker must be able to reach the collector of its spans",
    because: "at Cloudflare the address is nobody's, and every span would be lost",
    source: "https://developers.cloudflare.com/workers/runtime-apis/fetch/",
    remedy: "use the collector's own address; one on this machine serves npm start alone",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings: { telemetry } }) => {
      const { url } = telemetry.traces ?? {};
      return problemIf(url !== undefined && isLoopback(url), "telemetry.traces.url", `is ${url}`);
    },
  },
  {
    id: "measurements-outlive-logs",
    requirement: "what names callers must not be kept longer than logs.keepDays",
    because: "who called which model is then known when its log is gone",
    source: "https://developers.cloudflare.com/analytics/analytics-engine/limits/",
    remedy: "set anonymousCallers, so that a hash stands for the name, or leave it out",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings }) => {
      const { logs, telemetry } = settings;
      const limit = logs.keepDays;
      if (limit === undefined || callersIn(settings) !== "name") return [];
      const { traces, metrics } = telemetry;
      const days = traces?.keepDays ?? Infinity;
      const kept = days === Infinity ? "for a time not stated" : `for ${days} days`;
      const beside = `while logs.keepDays is ${limit}`;
      return [
        ...problemIf(
          traces !== undefined && days > limit,
          "telemetry.traces",
          `names callers, and is kept ${kept}, ${beside}`,
        ),
        ...problemIf(
          metrics !== undefined && METRICS_DAYS > limit,
          "telemetry.metrics",
          `names callers, and is kept for three months, ${beside}`,
        ),
      ];
    },
  },
];
