/** Defines the rules about use: who may call, what it may cost, and what must not be lost. */
import { FREE_PLAN_CPU_MS } from "../platform.ts";
import { alertPolicies } from "../gateway/alerts.ts";
import { AUTHENTICATION_REQUIRED, DOCS } from "../settings/notes.ts";
import { hasReadStream } from "../settings/formats.ts";
import { count } from "../words.ts";
import { problemIf, problemsIn } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, expired, type Rule } from "./rule.ts";

export const operationRules: readonly Rule[] = [
  {
    id: "open-gateway",
    requirement: "the gateway must require a token of its callers",
    because:
      "whoever calls an open one spends and logs in your name, and Cloudflare refuses to make one, or to open one that was closed",
    source: AUTHENTICATION_REQUIRED,
    remedy: "remove authentication; true is what a stack has without it",
    severity: BOTH_ERROR,
    breaches: ({ settings }) => problemIf(!settings.authentication, "authentication", "is false"),
  },
  {
    id: "open-worker",
    requirement: "the Worker must require a token of its callers",
    because: "everybody who finds its address spends your money",
    source: `${DOCS}/features/rate-limiting/`,
    remedy: "set it to token and name the callers, or let Cloudflare Access identify them",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings: { worker } }) =>
      problemIf(worker.access === "open", "worker.access", "is open"),
  },
  {
    id: "no-callers",
    requirement: "a Worker must have callers",
    because: "with access token, no caller and no Cloudflare Access, every request is refused",
    source: "https://developers.cloudflare.com/workers/configuration/secrets/",
    remedy: "add one with npm run caller (README, “Deploy”)",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { worker, callers } }) =>
      problemIf(
        worker.access === "token" && worker.cloudflareAccess === undefined && callers.length === 0,
        "callers",
        "is empty",
      ),
  },
  {
    id: "cpu-limit-on-free",
    requirement: "a limit of CPU time must be declared only on a paid plan",
    because: "the free plan has a fixed one, and refuses a Worker that names its own",
    source: "https://developers.cloudflare.com/workers/platform/limits/#cpu-time",
    remedy: "remove it",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker, plan } }) =>
      problemIf(
        worker.cpuMs !== undefined && plan === "free",
        "worker.cpuMs",
        `is ${worker.cpuMs}, while plan is free`,
      ),
  },
  {
    id: "streams-on-free",
    requirement: "long streamed answers must be served on a paid plan, or pass unread",
    because: `the free plan ends a request after ${FREE_PLAN_CPU_MS} ms of CPU time, and with it a stream: long streamed answers end early`,
    source: "docs/decisions/streams.md",
    remedy:
      "set plan to paid if the account is, or stream: native for models whose streams npm run probe saw to be clean",
    severity: { production: "warning" },
    breaches: ({ settings: { worker, plan } }) => {
      const read = worker.models.filter(hasReadStream);
      return problemIf(
        plan === "free" && read.length > 0,
        "plan",
        `is free, while the streams of ${count(read.length, "model")} are read`,
      );
    },
  },
  {
    id: "placement-not-deployable",
    requirement: "what passes the preview must be deployable",
    because:
      "the provider (Terraform 5.17 to 5.22) uploads a Worker with smart placement without its metadata: Cloudflare answers 400, code 10021, when the gateway is made already",
    source: "docs/settings.md",
    remedy: "remove it until a provider is seen to deploy it",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker } }) =>
      problemIf(
        worker.placement === "smart",
        "worker.placement",
        "is smart, which fails in the deploy and in no preview",
      ),
  },
  {
    id: "logpush-on-free",
    requirement: "Logpush must be declared only on a paid plan",
    because: "Cloudflare's pages differ in whether the free plan has it",
    source: `${DOCS}/observability/logging/logpush/`,
    remedy: `set plan to paid if the account is, or try: all plans have it since 2026-09-30 by https://developers.cloudflare.com/logs/logpush/, and Workers Paid alone by ${DOCS}/observability/logging/logpush/`,
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { logpush, plan } }) =>
      problemIf(
        logpush !== undefined && plan === "free",
        "logpush",
        "is declared, while plan is free",
      ),
  },
  {
    id: "logpush-unwatched",
    requirement: "a stack with Logpush must have an alert for a job that stops",
    because: "Cloudflare switches off a job that keeps failing, and copies end without a sign",
    source: "https://developers.cloudflare.com/logs/logpush/alerts-and-analytics/",
    remedy: "set alerts with an email or a webhook",
    severity: { production: "warning" },
    breaches: ({ settings: { logpush, alerts } }) =>
      problemIf(
        logpush !== undefined && alerts === undefined,
        "logpush",
        "is declared, and alerts is not",
      ),
  },
  {
    id: "alerts-about-nothing",
    requirement: "alerts must be about something",
    because: "without logpush and alerts.usage there is no policy, so no message is ever sent",
    source: "https://developers.cloudflare.com/notifications/notification-available/",
    remedy: "declare logpush or alerts.usage, or remove alerts",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings }) =>
      problemIf(
        settings.alerts !== undefined && alertPolicies(settings).length === 0,
        "alerts",
        "is set, and no message is declared",
      ),
  },
  {
    id: "caller-expired",
    requirement: "a caller whose last day is over must be removed",
    because: "a page that names former callers is no list of callers",
    source: "https://developers.cloudflare.com/workers/configuration/secrets/",
    remedy: "remove the token, or set a later day",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { callers } }, { today }) => expired("callers", callers, today),
  },
  {
    id: "unprotected-production",
    requirement: "a production gateway must be protected from deletion by a slip",
    because: "with the gateway go its logs, most likely, and they exist nowhere else",
    source: `${DOCS}/configuration/manage-gateway/`,
    remedy: "set it to true, or where the stack is to go excuse it by a waiver (docs/operate.md)",
    severity: { production: "error" },
    breaches: ({ settings }) => problemIf(!settings.protect, "protect", "is false"),
  },
  {
    id: "logging-stops",
    requirement: "logging must go on when storage is full",
    because: "at the cap nothing new is stored and Logpush stops, while requests are served on",
    source: `${DOCS}/observability/logging/legacy-logs/`,
    remedy: "set it to deleteOldest",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings: { logs, exports, logpush, tier } }) =>
      problemIf(
        logs.system === "legacy" &&
          logs.whenFull === "stop" &&
          (tier === "production" || exports.length > 0 || logpush !== undefined),
        "logs.whenFull",
        "is stop",
      ),
  },
  {
    id: "caller-limit-without-effect",
    requirement: "a caller's own models and limits must be declared only where callers are known",
    because: "with access open nobody is asked for a token, so everybody may use everything",
    source: "docs/operate.md",
    remedy: "remove them, or set worker.access to token",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker, callers } }) =>
      problemsIn(
        "callers[]",
        callers,
        ({ models, limit, limitUsd }) =>
          worker.access === "open" &&
          (models ?? limit ?? limitUsd) !== undefined &&
          "has models or limits of its own, while worker.access is open",
      ),
  },
];
