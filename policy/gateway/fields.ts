/**
 * A stack's settings as the fields of an AI Gateway: the one place that knows which setting is which field. Spelled as
 * the provider spells them; `toApi` says the same in the API's words.
 */
import type { Settings } from "../settings/settings.ts";

/** Every scalar is said: a field nobody declares is a field nobody sees drift. */
export function gatewayFields(settings: GatewaySettings) {
  return {
    aiGatewayId: settings.gatewayId,
    authentication: settings.authentication,
    byokOnly: settings.byokOnly,
    ...logFields(settings.logs),
    logpush: settings.logpush !== undefined,
    ...(settings.logpush && { logpushPublicKey: settings.logpush.publicKey }),
    zdr: settings.zdr,
    cacheTtl: settings.cache?.ttlSeconds ?? 0,
    // An answer cached under the settings before must not outlive them.
    cacheInvalidateOnUpdate: true,
    rateLimitingLimit: settings.rateLimit?.requests ?? 0,
    rateLimitingInterval: settings.rateLimit?.intervalSeconds ?? 0,
    rateLimitingTechnique: settings.rateLimit?.technique ?? "fixed",
    ...retryFields(settings.retry),
    ...putOnlyGroups(settings),
    workersAiBillingMode: settings.billing,
    // Not left out: the API reports "", and the provider would send null on the next update.
    storeId: "",
  };
}

export type PutOnlySettings = Pick<Settings, "exports" | "guardrails" | "dlp" | "spendLimits">;

type GatewaySettings = PutOnlySettings &
  Pick<
    Settings,
    | "gatewayId"
    | "authentication"
    | "byokOnly"
    | "logs"
    | "logpush"
    | "zdr"
    | "cache"
    | "rateLimit"
    | "retry"
    | "billing"
  >;

function logFields(logs: Settings["logs"]) {
  return {
    // Metadata only is not a setting of the platform: the gateway stays off, and the Worker switches each of
    // its own calls on, without bodies.
    collectLogs: logs.collect === "full",
    logClassification: logs.classification,
    // What the API fills in by itself; on observability it is not known to mean anything.
    logManagement: logs.system === "legacy" ? logs.maxEntries : 10_000_000,
    logManagementStrategy:
      logs.system === "legacy" && logs.whenFull === "stop" ? "STOP_INSERTING" : "DELETE_OLDEST",
  };
}

/** Nothing, for no retries: the API has no number for none, and 1 is one retry. */
function retryFields(retry: Settings["retry"]) {
  if (retry === undefined) return {};
  return {
    retryMaxAttempts: retry.maxAttempts,
    retryDelay: retry.delayMs,
    retryBackoff: retry.backoff,
  };
}

/**
 * What some descriptions of the API take on an update only: infra/hooks/put-only.ts. Nothing for what is off: the API has no
 * value for it that every published page agrees on.
 */
export function putOnlyGroups({ exports, guardrails, dlp, spendLimits }: PutOnlySettings) {
  return {
    ...(exports.length > 0 && { otels: exports.map(toOtel) }),
    ...(guardrails && {
      guardrails: {
        prompt: toVerdicts(guardrails.prompt),
        response: toVerdicts(guardrails.response),
      },
    }),
    ...(dlp.length > 0 && {
      dlp: { enabled: true, policies: dlp.map(toDlpPolicy) },
    }),
    ...(spendLimits.length > 0 && {
      spendLimits: { enabled: true, rules: spendLimits.map(toSpendRule) },
    }),
  };
}

function toOtel(copy: Settings["exports"][number]) {
  return {
    url: copy.url,
    headers: { ...copy.headers },
    contentType: copy.contentType,
    ...(copy.authorization !== undefined && { authorization: copy.authorization }),
  };
}

/** `{ P1: "flag" }` → `{ p1: "FLAG" }` */
function toVerdicts(
  verdicts: NonNullable<Settings["guardrails"]>["prompt"],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([hazard, verdict]) =>
      verdict === undefined ? [] : [[hazard.toLowerCase(), verdict.toUpperCase()]],
    ),
  );
}

function toDlpPolicy(policy: Settings["dlp"][number]) {
  return {
    id: policy.id,
    enabled: true,
    action: policy.action.toUpperCase(),
    checks: policy.check.map((side) => side.toUpperCase()),
    profiles: [...policy.profiles],
  };
}

function toSpendRule(limit: Settings["spendLimits"][number]) {
  return {
    // Never left out: the provider's default is one constant, and two rules would share it.
    id: limit.id,
    enabled: true,
    limit: limit.limitUsd,
    limitType: "cost",
    // Seconds by every example seen; the unit itself is not documented.
    window: limit.windowSeconds,
    technique: limit.technique,
    ...(limit.per === "caller" && { metadata: { caller: { mode: "partition" } } }),
  };
}
