/** What Cloudflare fixes and no setting changes. */

/**
 * The logs that an account's gateways together store on the free plan, on the legacy system.
 * https://developers.cloudflare.com/ai-gateway/reference/limits/
 */
export const FREE_PLAN_LOGS = 100_000;

/**
 * The logs that one gateway stores at most, on the paid plan and the legacy system.
 * https://developers.cloudflare.com/ai-gateway/reference/limits/
 */
export const PAID_PLAN_LOGS = 10_000_000;

/** The bytes of a log, above which it is not stored. https://developers.cloudflare.com/ai-gateway/reference/limits/ */
export const LOG_BYTES = 10_000_000;

/** https://developers.cloudflare.com/ai-gateway/reference/limits/ */
export const GATEWAYS = { free: 10, paid: 20 } as const;

/** https://developers.cloudflare.com/workers/platform/limits/ */
export const CRON_TRIGGERS = { free: 5, paid: 250 } as const;

/** For AI Gateway's logs. https://developers.cloudflare.com/ai-gateway/reference/limits/ */
export const LOGPUSH_JOBS = 4;

/**
 * Requests that one run of a Worker may make: what every page agrees on, newer ones say 10,000 for paid. More would not
 * help: Cloudflare's API takes 1,200 in five minutes. https://developers.cloudflare.com/fundamentals/api/reference/limits/
 */
export const SUBREQUESTS = { free: 50, paid: 1000 } as const;

/**
 * Days that Workers Observability keeps an AI Gateway log, on every plan from 2026-12-01; before that day 3 on the free
 * one. https://developers.cloudflare.com/observability/pricing/
 */
export const OBSERVABILITY_DAYS = 7;

/**
 * Permissions of API tokens, as the API names them.
 * https://developers.cloudflare.com/fundamentals/api/reference/permissions/
 */
export const PERMISSIONS = {
  readGateways: "AI Gateway Read",
  writeGateways: "AI Gateway Write",
  runGateways: "AI Gateway Run",
  readModels: "Workers AI Read",
  readTokens: "Account API Tokens Read",
  readWorkers: "Workers Scripts Read",
  readLogpush: "Logs Read",
  readBuckets: "Workers R2 Storage Read",
  writeObjects: "Workers R2 Storage Bucket Item Write",
} as const;

export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS];

/** Returns the dashboard's name of a permission, which has Edit where the API has Write. */
export function inDashboard(permission: Permission): string {
  return permission.replace(/Write$/, "Edit");
}

export const DAY_SECONDS = 86_400;
export const DAY_MS = DAY_SECONDS * 1000;

/** Whether Cloudflare runs the model itself; else the prompt goes to a third party. */
export function isWorkersAi(model: string): boolean {
  return model.startsWith("@cf/");
}
