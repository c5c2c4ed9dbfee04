/** Defines the rules about prompts and answers: where they are kept, how long, for whom. */
import { collected } from "../gateway/collect.ts";
import { DOCS } from "../settings/notes.ts";
import { REACHES } from "../settings/reaches.ts";
import { OBSERVABILITY_DAYS } from "../platform.ts";
import { problemIf, problemsIn } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, expired, type Rule } from "./rule.ts";

export const privacyRules: readonly Rule[] = [
  {
    id: "bodies-in-production",
    requirement: "a production stack must not store prompts and answers",
    because:
      "every token with AI Gateway Read or Edit and every member who may view the account can read them",
    source: `${DOCS}/observability/logging/`,
    remedy: "set it to metadata or none",
    severity: { production: "error" },
    breaches: ({ settings: { logs } }) =>
      problemIf(collected(logs).bodies, "logs.collect", `is ${logs.collect}`),
  },
  {
    id: "bodies-in-a-copy",
    requirement: "a stack that stores no prompts must not send any elsewhere",
    because:
      "each OpenTelemetry trace holds prompt and answer, and nothing documents that the log switches hold them back",
    source: `${DOCS}/observability/otel-integration/`,
    remedy: "remove the export, or set logs.collect to full",
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs, exports } }) =>
      problemsIn(
        "exports[].url",
        exports,
        ({ url }) => !collected(logs).bodies && `is ${url}, while logs.collect is ${logs.collect}`,
      ),
  },
  {
    id: "logpush-without-logs",
    requirement: "Logpush must be declared only where logs are collected",
    because: "Logpush exports what the gateway collects, and metadata collects nothing by itself",
    source: `${DOCS}/observability/logging/logpush/`,
    remedy: "remove logpush, or set logs.collect to full",
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs, logpush } }) =>
      problemIf(
        logpush !== undefined && !collected(logs).gateway,
        "logpush",
        `is declared, while logs.collect is ${logs.collect}`,
      ),
  },
  {
    id: "classification-without-bodies",
    requirement: "classification must be declared only where prompts and answers are stored",
    because: "classification reads what the gateway collects, and turns off with it",
    source: `${DOCS}/observability/log-classification/`,
    remedy: "set logs.classification to false, or logs.collect to full",
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs } }) =>
      problemIf(
        logs.classification && !collected(logs).gateway,
        "logs.classification",
        `is true, while logs.collect is ${logs.collect}`,
      ),
  },
  {
    id: "keep-days-not-enforced",
    requirement: "logs.keepDays must be enforced by something",
    because: `Workers Observability knows one number of days, ${OBSERVABILITY_DAYS}, and nothing deletes its logs sooner`,
    source: "https://developers.cloudflare.com/observability/pricing/",
    remedy: `set it to ${OBSERVABILITY_DAYS} or remove it, and collect less`,
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs } }) =>
      problemIf(
        logs.system === "observability" &&
          logs.keepDays !== undefined &&
          logs.keepDays < OBSERVABILITY_DAYS,
        "logs.keepDays",
        `is ${logs.keepDays}, and nothing deletes logs of that age`,
      ),
  },
  {
    id: "keep-days-too-long",
    requirement: "logs.keepDays must not be longer than the log system keeps logs",
    because: `Workers Observability keeps AI Gateway logs for ${OBSERVABILITY_DAYS} days`,
    source: "https://developers.cloudflare.com/observability/pricing/",
    remedy: `set it to ${OBSERVABILITY_DAYS}, and keep longer what must be kept by an export`,
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs } }) =>
      problemIf(
        logs.system === "observability" &&
          logs.keepDays !== undefined &&
          logs.keepDays > OBSERVABILITY_DAYS,
        "logs.keepDays",
        `is ${logs.keepDays}`,
      ),
  },
  {
    id: "alerts-without-retention",
    requirement: "logs.alertUrl must be declared only with a retention Worker",
    because: "without logs.keepDays there is none, so no message would ever be sent",
    source: `${DOCS}/observability/logging/legacy-logs/`,
    remedy: "set logs.keepDays, or remove it",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { logs } }) =>
      problemIf(
        logs.system === "legacy" && logs.alertUrl !== undefined && logs.keepDays === undefined,
        "logs.alertUrl",
        "is set, and logs.keepDays is not",
      ),
  },
  {
    id: "copy-outlives-logs",
    requirement: "a copy must not be kept longer than logs.keepDays",
    because: "a time limit that a copy outlives is none",
    source: `${DOCS}/observability/otel-integration/`,
    remedy: "declare the days of the copy, no more than logs.keepDays",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings: { logs, exports, logpush } }) => {
      const copies = [
        ...exports.map(({ keepDays }, index) => ({ path: `exports[${index}].keepDays`, keepDays })),
        ...(logpush ? [{ path: "logpush.keepDays", keepDays: logpush.keepDays }] : []),
      ];
      return copies.flatMap(({ path, keepDays }) => {
        const { keepDays: limit } = logs;
        if (limit === undefined || (keepDays ?? Infinity) <= limit) return [];
        const days = keepDays === undefined ? "is missing" : `is ${keepDays}`;
        return [{ path, message: `${days}, while logs.keepDays is ${limit}` }];
      });
    },
  },
  {
    id: "export-unauthorized",
    requirement: "an export to Langfuse must have an authorization",
    because: "Langfuse refuses traces without one, and nothing in a deploy shows it",
    source: "https://langfuse.com/integrations/native/opentelemetry",
    remedy:
      "set headers.Authorization as a secret, or authorization (docs/decisions/tracing-tools.md)",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { exports, telemetry } }) =>
      [
        ...exports.map((copy, index) => ({ ...copy, path: `exports[${index}]` })),
        ...(telemetry.traces ? [{ ...telemetry.traces, path: "telemetry.traces" }] : []),
      ].flatMap(({ path, url, headers, ...copy }) => {
        const names = Object.keys(headers).map((name) => name.toLowerCase());
        const isAuthorized = "authorization" in copy && copy.authorization !== undefined;
        return problemIf(
          !isAuthorized && !names.includes("authorization") && isLangfuse(url),
          path,
          "goes to Langfuse, and has no authorization",
        );
      }),
  },
  {
    id: "reader-without-expiry",
    requirement: "every reader must have a last day",
    because: "a token that reads every prompt of the account should not outlive its purpose",
    source: "https://developers.cloudflare.com/fundamentals/api/how-to/restrict-tokens/",
    remedy: "set until",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings: { readers } }) =>
      problemsIn(
        "readers[].until",
        readers,
        ({ name, until }) => until === undefined && `is missing for ${name}`,
      ),
  },
  {
    id: "reader-expired",
    requirement: "a reader whose last day is over must be removed",
    because: "a page that names former readers is no list of readers",
    source: "https://developers.cloudflare.com/fundamentals/api/how-to/restrict-tokens/",
    remedy: "remove the reader, or set a later day",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { readers } }, { today }) => expired("readers", readers, today),
  },
  {
    id: "reader-token-without-use",
    requirement: "a token must be made only where it is known to read the logs",
    because:
      "which permission Workers Observability requires is not documented: one with AI Gateway Read may read nothing there",
    source: `${DOCS}/observability/logging/`,
    remedy: "remove token, and make one by hand (docs/what-is-stored.md, open point 15)",
    severity: BOTH_ERROR,
    breaches: ({ settings: { logs, readers } }) =>
      problemsIn(
        "readers[].token",
        readers,
        ({ name, token }) =>
          token &&
          logs.system === "observability" &&
          `is true for ${name}, while logSystem is observability`,
      ),
  },
  {
    id: "reach-in-production",
    requirement: "production requests must not have a provider keep anything, or reach further",
    because:
      "what is kept or sent on there is in no log, follows no retention of this stack, and for how long it stays is unknown",
    source: "docs/operate.md",
    remedy: "remove it from worker.allow",
    severity: { production: "warning" },
    breaches: ({ settings: { worker } }) =>
      worker.allow.map((reach, index) => ({
        path: `worker.allow[${index}]`,
        message: `is ${reach}: ${REACHES[reach].does}`,
      })),
  },
  {
    id: "reach-keeps-prompts",
    requirement: "a stack that keeps nothing must not let a request have it kept",
    because: "zdr and logs.collect none promise that nothing stays, and this stays at the provider",
    source: `${DOCS}/features/unified-billing/`,
    remedy: "remove it from worker.allow, or what promises the contrary",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker, logs, zdr } }) =>
      problemsIn(
        "worker.allow[]",
        worker.allow,
        (reach) =>
          REACHES[reach].keeps &&
          (zdr || logs.collect === "none") &&
          `is ${reach}: ${REACHES[reach].does}, while ${zdr ? "zdr is true" : "logs.collect is none"}`,
      ),
  },
  {
    id: "shared-cache-in-production",
    requirement: "production answers must not be served again to others",
    because:
      "the cache belongs to the gateway: an answer to one user is served to all who send the same request",
    source: `${DOCS}/features/caching/`,
    remedy: "remove cache",
    severity: { production: "warning" },
    breaches: ({ settings: { cache } }) =>
      problemIf(cache !== undefined, "cache.ttlSeconds", `is ${cache?.ttlSeconds}`),
  },
];

/** Recognises Langfuse by its host, or one of one's own by the path that it takes traces on. */
function isLangfuse(url: string): boolean {
  const { hostname, pathname } = new URL(url);
  return /(?:^|\.)langfuse\.com$/.test(hostname) || pathname.startsWith("/api/public/otel");
}
