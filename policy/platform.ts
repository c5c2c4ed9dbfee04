/** Holds what Cloudflare fixes and no setting changes. */
import { list } from "./words.ts";

// https://developers.cloudflare.com/ai-gateway/reference/limits/
/** The logs that an account's gateways together store on the free plan, on the legacy system. */
export const FREE_PLAN_LOGS = 100_000;

// https://developers.cloudflare.com/ai-gateway/reference/limits/
/** The logs that one gateway stores at most, on the paid plan and the legacy system. */
export const PAID_PLAN_LOGS = 10_000_000;

// https://developers.cloudflare.com/ai-gateway/reference/limits/
/** The size in bytes above which a log is not stored. */
export const LOG_BYTES = 10_000_000;

// https://developers.cloudflare.com/ai-gateway/reference/limits/
/** The gateways that an account may have. */
export const GATEWAYS = { free: 10, paid: 20 } as const;

// https://developers.cloudflare.com/workers/platform/limits/
/** The cron triggers that an account may have. */
export const CRON_TRIGGERS = { free: 5, paid: 250 } as const;

// https://developers.cloudflare.com/ai-gateway/reference/limits/
/** The Logpush jobs for AI Gateway's logs that an account may have. */
export const LOGPUSH_JOBS = 4;

// https://developers.cloudflare.com/changelog/product/workers-ai/ (2026-07-28)
/** Models of Workers AI that need Workers Paid, as far as they are announced. */
export const PAID_PLAN_MODELS: readonly string[] = [
  "@cf/moonshotai/kimi-k2.6",
  "@cf/moonshotai/kimi-k2.7-code",
  "@cf/zai-org/glm-5.2",
];

// https://developers.cloudflare.com/workers/platform/limits/#cpu-time
/** The CPU time in milliseconds that a request may take on the free plan. */
export const FREE_PLAN_CPU_MS = 10;

// https://developers.cloudflare.com/ai-gateway/features/spend-limits/
/** The spend limits that a gateway may have. */
export const SPEND_RULES = 20;

/**
 * The requests that one run of a Worker may make, by the number on which every page agrees; newer
 * ones give 10,000 for paid. More would not help: Cloudflare's API accepts 1,200 in five minutes.
 * https://developers.cloudflare.com/fundamentals/api/reference/limits/
 */
export const SUBREQUESTS = { free: 50, paid: 1000 } as const;

/**
 * The days for which Workers Observability keeps an AI Gateway log, on every plan from 2026-12-01;
 * before that day they are 3 on the free one.
 * https://developers.cloudflare.com/observability/pricing/
 */
export const OBSERVABILITY_DAYS = 7;

// https://developers.cloudflare.com/fundamentals/api/reference/permissions/
/** The permissions of API tokens, as the API names them. */
export const PERMISSIONS = {
  readGateways: "AI Gateway Read",
  writeGateways: "AI Gateway Write",
  runGateways: "AI Gateway Run",
  readModels: "Workers AI Read",
  readTokens: "Account API Tokens Read",
  writeTokens: "Account API Tokens Write",
  readWorkers: "Workers Scripts Read",
  writeWorkers: "Workers Scripts Write",
  // Each call of Logpush needs it, reading too.
  // https://developers.cloudflare.com/logs/logpush/permissions/
  writeLogpush: "Logs Write",
  readBuckets: "Workers R2 Storage Read",
  writeBuckets: "Workers R2 Storage Write",
  readAnalytics: "Account Analytics Read",
  readMembers: "Account Settings Read",
  readNotifications: "Notifications Read",
  writeNotifications: "Notifications Write",
  readBilling: "Billing Read",
  readSecrets: "Secrets Store Read",
  writeSecrets: "Secrets Store Write",
  writeObjects: "Workers R2 Storage Bucket Item Write",
} as const;

/**
 * The day from which new accounts keep logs on Workers Observability; older ones stay on the legacy
 * system.
 * https://developers.cloudflare.com/ai-gateway/observability/logging/
 */
export const OBSERVABILITY_SINCE = "2026-09-24";

export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS];

/**
 * Lists permissions for a person, by the names of the dashboard, where tokens are made: they have
 * Edit where the API's have Write. No text shows a permission in another way.
 */
export function inDashboard(...permissions: readonly string[]): string {
  return list(permissions.map((name) => name.replace(/ Write$/, " Edit")));
}

export const DAY_SECONDS = 86_400;
export const DAY_MS = DAY_SECONDS * 1000;

/** Checks whether Cloudflare runs the model itself; else the prompt goes to a third party. */
export function isWorkersAi(model: string): boolean {
  return model.startsWith("@cf/");
}
