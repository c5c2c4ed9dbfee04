/**
 * Maps settings to the gateway's fields in both directions, by the provider's name, with what a
 * change means. Everything that knows these fields is made from this table, except the local
 * account, which must not share its judge's code. Every scalar is declared, because nobody would
 * see an undeclared one drift.
 */
import { PAID_PLAN_LOGS } from "../platform.ts";
import { amount, number, onOff, text } from "./answers.ts";
import { collected } from "./collect.ts";
import { always, bounds, conceals, ranked, readsInFlight, reveals, storage } from "./effects.ts";
import { dlpToApi, readDlp, toDlp } from "./groups/dlp.ts";
import { otelsToApi, readExports, toOtels } from "./groups/exports.ts";
import { guardrailsToApi, readGuardrails, toGuardrails } from "./groups/guardrails.ts";
import { readSpendLimits, toSpendLimits } from "./groups/spend-limits.ts";
import { fixed, row } from "./row.ts";

const CALLS = { neutral: "it decides how many calls are served, and not what is kept of them" };
const RETRIES = { neutral: "a repeated call sends what the first one sent" };
const MONEY = { neutral: "it decides who pays, and not what is kept" };
const SCANS = { neutral: "the same is read in flight, and nothing is kept" };
const EXPORT = { neutral: "the same copies go to the same receiver" };

/** The rows, by the provider's name of the field. */
export const GATEWAY_FIELDS = {
  aiGatewayId: row({
    api: "id",
    setting: "gatewayId",
    off: undefined,
    toField: ({ gatewayId }) => gatewayId,
    toSetting: text,
    change: always(
      "destroys logs",
      "a new gateway is made; the old one's logs stay behind or go with it",
    ),
  }),
  authentication: row({
    api: "authentication",
    setting: "authentication",
    off: false,
    toField: ({ authentication }) => authentication,
    toSetting: onOff,
    change: (_, to) =>
      to === false
        ? { effect: "less private", because: "Cloudflare refuses that of a gateway that has it on" }
        : { effect: "more private", because: "Cloudflare lets nobody switch it off again" },
  }),
  byokOnly: row({
    api: "byok_only",
    setting: "byokOnly",
    off: false,
    toField: ({ byokOnly }) => byokOnly,
    toSetting: onOff,
    change: MONEY,
  }),
  collectLogs: row({
    api: "collect_logs",
    setting: "logs.collect",
    off: false,
    toField: ({ logs }) => collected(logs).gateway,
    // Metadata declares the same gateway as none does; the closed one is chosen.
    toSetting: (answer) => (answer === true ? "full" : "none"),
    change: ranked("none", "metadata", "full"),
  }),
  logClassification: row({
    api: "log_classification",
    setting: "logs.classification",
    off: false,
    toField: ({ logs }) => logs.classification,
    updateOnly: { off: false },
    toSetting: onOff,
    change: reveals,
  }),
  logManagement: row({
    api: "log_management",
    setting: "logs.maxEntries",
    // The API sets this by itself; on observability it is not known to mean anything.
    off: PAID_PLAN_LOGS,
    toField: ({ logs }) => (logs.system === "legacy" ? logs.maxEntries : undefined),
    toSetting: (answer) => number(answer) ?? PAID_PLAN_LOGS,
    change: storage("logs over the cap may be deleted, the oldest first"),
  }),
  logManagementStrategy: row({
    api: "log_management_strategy",
    setting: "logs.whenFull",
    off: "DELETE_OLDEST",
    toField: ({ logs }) =>
      logs.system === "legacy" && logs.whenFull === "stop" ? "STOP_INSERTING" : undefined,
    toSetting: (answer) => (answer === "STOP_INSERTING" ? "stop" : "deleteOldest"),
    change: (_, to) =>
      to === "stop"
        ? { effect: "neutral", because: "at the cap nothing new will be stored" }
        : { effect: "destroys logs", because: "at the cap the oldest will be deleted" },
  }),
  logpush: row({
    api: "logpush",
    setting: "logpush",
    off: false,
    toField: ({ logpush }) => logpush !== undefined,
    // A gateway holds neither the bucket nor its days.
    toSetting: () => undefined,
    change: (_, to) =>
      to === undefined
        ? { effect: "more private", because: "no more copies are made; those there are stay" }
        : { effect: "less private", because: "a copy of each log is kept, outside of AI Gateway" },
    parts: {
      bucket: always("neutral", "copies go to another bucket; those there are stay"),
      keepDays: storage("older copies are deleted within a day, and for good"),
      bodies: (_, to) =>
        to === true
          ? { effect: "less private", because: "copies get prompts and answers, encrypted" }
          : { effect: "more private", because: "new copies have none; those there keep theirs" },
    },
  }),
  logpushPublicKey: row({
    api: "logpush_public_key",
    setting: "logpush.publicKey",
    off: undefined,
    toField: ({ logpush }) => logpush?.publicKey,
    toSetting: () => undefined,
    change: (from, to) => {
      if (to === undefined) {
        return { effect: "less private", because: "copies have metadata in clear from now on" };
      }
      if (from === undefined) {
        return { effect: "more private", because: "copies have metadata encrypted from now on" };
      }
      return {
        effect: "less private",
        because:
          "whoever has the other private key reads the copies made from now on: look who that is",
      };
    },
  }),
  zdr: row({
    api: "zdr",
    setting: "zdr",
    off: false,
    toField: ({ zdr }) => zdr,
    toSetting: onOff,
    change: conceals,
  }),
  cacheTtl: row({
    api: "cache_ttl",
    setting: "cache.ttlSeconds",
    off: 0,
    toField: ({ cache }) => cache?.ttlSeconds,
    toSetting: amount,
    change: bounds(0),
  }),
  cacheInvalidateOnUpdate: fixed({
    api: "cache_invalidate_on_update",
    value: true,
    because: "an answer cached under the settings before must not outlive them",
  }),
  rateLimitingLimit: row({
    api: "rate_limiting_limit",
    setting: "rateLimit.requests",
    off: 0,
    toField: ({ rateLimit }) => rateLimit?.requests,
    toSetting: amount,
    change: CALLS,
  }),
  rateLimitingInterval: row({
    api: "rate_limiting_interval",
    setting: "rateLimit.intervalSeconds",
    off: 0,
    toField: ({ rateLimit }) => rateLimit?.intervalSeconds,
    toSetting: number,
    change: CALLS,
  }),
  rateLimitingTechnique: row({
    api: "rate_limiting_technique",
    setting: "rateLimit.technique",
    off: "fixed",
    toField: ({ rateLimit }) => rateLimit?.technique,
    toSetting: (answer) => text(answer) ?? "fixed",
    change: CALLS,
  }),
  // The field is left out for no retries: the API has no number for none, and 1 is one retry.
  retryMaxAttempts: row({
    api: "retry_max_attempts",
    setting: "retry.maxAttempts",
    off: undefined,
    toField: ({ retry }) => retry?.maxAttempts,
    toSetting: amount,
    change: RETRIES,
  }),
  retryDelay: row({
    api: "retry_delay",
    setting: "retry.delayMs",
    off: undefined,
    toField: ({ retry }) => retry?.delayMs,
    toSetting: amount,
    change: RETRIES,
  }),
  retryBackoff: row({
    api: "retry_backoff",
    setting: "retry.backoff",
    off: undefined,
    toField: ({ retry }) => retry?.backoff,
    toSetting: text,
    change: RETRIES,
  }),
  // These four are left out where they are off: the API has no value for it that every published
  // page agrees on.
  otels: row({
    api: "otel",
    setting: "exports",
    off: undefined,
    toField: toOtels,
    toApi: otelsToApi,
    updateOnly: { off: null },
    toSetting: readExports,
    change: reveals,
    parts: {
      kind: EXPORT,
      url: EXPORT,
      headers: always("less private", "other secrets are sent to that address: look which"),
      authorization: always(
        "less private",
        "another secret of the account's Secrets Store is sent to that address: look which",
      ),
      contentType: EXPORT,
      keepDays: bounds(Infinity),
    },
  }),
  guardrails: row({
    api: "guardrails",
    setting: "guardrails",
    off: undefined,
    toField: toGuardrails,
    toApi: guardrailsToApi,
    updateOnly: { off: null },
    toSetting: readGuardrails,
    change: readsInFlight,
  }),
  dlp: row({
    api: "dlp",
    setting: "dlp",
    off: undefined,
    toField: toDlp,
    toApi: dlpToApi,
    updateOnly: { off: { enabled: false, policies: [] } },
    toSetting: readDlp,
    change: readsInFlight,
    parts: { id: SCANS, action: SCANS, check: SCANS, profiles: SCANS },
  }),
  spendLimits: row({
    api: "spend_limits",
    setting: "spendLimits",
    off: undefined,
    toField: toSpendLimits,
    updateOnly: { off: null },
    toSetting: readSpendLimits,
    change: CALLS,
    parts: { id: CALLS, limitUsd: CALLS, windowSeconds: CALLS, technique: CALLS, per: CALLS },
  }),
  workersAiBillingMode: row({
    api: "workers_ai_billing_mode",
    setting: "billing",
    off: "postpaid",
    toField: ({ billing }) => billing,
    toSetting: (answer) => (answer === "unified" ? answer : undefined),
    change: MONEY,
  }),
  storeId: row({
    api: "store_id",
    setting: "secretsStoreId",
    // Left out, the provider would send null on the next update: the API reports "".
    off: "",
    toField: (settings) => settings.secretsStoreId,
    toSetting: (answer) => text(answer) || undefined,
    change: { neutral: "it decides where keys of providers are kept, and nothing of the logs" },
  }),
  stripe: fixed({
    api: "stripe",
    value: undefined,
    because: "it bills an app's own customers, and would send each call's usage to Stripe",
  }),
};
