/**
 * From an existing gateway back to the settings that would declare it, as far as settings can. What they cannot say is
 * left out here; a comparison of the two then finds it (adopt.ts), so that nothing has to be listed twice.
 */
import { z } from "zod";

import type { LogSystem } from "../../policy/settings/settings.ts";

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
const items = <T extends z.ZodType>(item: T) =>
  z.array(z.unknown()).transform((list) => list.flatMap((each) => item.safeParse(each).data ?? []));

const otel = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.unknown()).catch({}),
  authorization: z.string().nullish(),
  content_type: z.enum(["json", "protobuf"]).catch("json"),
});
const dlpPolicy = z.object({
  id: z.string(),
  action: z.string().toLowerCase(),
  check: z.array(z.string().toLowerCase()),
  profiles: z.array(z.string()),
});
const spendRule = z.object({
  id: z.string().catch("limit"),
  limit: z.number(),
  window: z.number(),
  technique: z.string().catch("fixed"),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const verdicts = z.record(z.string(), z.string().toLowerCase()).catch({});

/** A field of a shape that no setting has reads as absent. */
const gateway = z.object({
  id: z.string(),
  authentication: optional(z.boolean()),
  byok_only: optional(z.boolean()),
  cache_ttl: optional(z.number()),
  collect_logs: z.boolean(),
  dlp: optional(z.object({ enabled: z.literal(true), policies: items(dlpPolicy) })),
  guardrails: optional(z.object({ prompt: verdicts, response: verdicts })),
  log_classification: optional(z.boolean()),
  log_management: optional(z.number()),
  log_management_strategy: optional(z.string()),
  otel: optional(items(otel)),
  rate_limiting_interval: optional(z.number()),
  rate_limiting_limit: optional(z.number()),
  rate_limiting_technique: optional(z.string()),
  retry_max_attempts: optional(z.number()),
  retry_delay: optional(z.number()),
  retry_backoff: optional(z.string()),
  spend_limits: optional(z.object({ enabled: z.literal(true), rules: items(spendRule) })),
  workers_ai_billing_mode: optional(z.string()),
  zdr: optional(z.boolean()),
});

type Gateway = z.output<typeof gateway>;

export type RawSettings = Readonly<Record<string, unknown>>;

/** Settings as a stack file would have them, in its order, with header values left empty. */
export function toSettings(found: unknown, system: LogSystem): RawSettings {
  const fields = gateway.parse(found);
  return {
    gatewayId: fields.id,
    ...(fields.authentication === false && { authentication: false }),
    logSystem: system,
    logs: toLogs(fields, system),
    ...(fields.otel?.length && { exports: fields.otel.map(toExport) }),
    ...(fields.cache_ttl && { cache: { ttlSeconds: fields.cache_ttl } }),
    ...toTraffic(fields),
    ...(fields.byok_only && { byokOnly: true }),
    ...(fields.zdr && { zdr: true }),
    ...(fields.workers_ai_billing_mode === "unified" && { billing: "unified" }),
  };
}

/** A gateway that collects nothing by itself may be either of two: the closed one is taken. */
function toLogs(fields: Gateway, system: LogSystem) {
  return {
    collect: fields.collect_logs ? "full" : "none",
    ...(fields.log_classification && { classification: true }),
    ...(system === "legacy" && {
      maxEntries: fields.log_management ?? 10_000_000,
      whenFull: fields.log_management_strategy === "STOP_INSERTING" ? "stop" : "deleteOldest",
    }),
  };
}

function toExport({ url, headers, authorization, content_type }: z.output<typeof otel>) {
  const names = Object.keys(headers);
  return {
    kind: "otel",
    url,
    ...(names.length > 0 && { headers: Object.fromEntries(names.map((name) => [name, ""])) }),
    ...(authorization && { authorization }),
    ...(content_type === "protobuf" && { contentType: content_type }),
  };
}

function toTraffic(fields: Gateway) {
  const { retry_max_attempts, retry_delay, retry_backoff, guardrails } = fields;
  const hazards = { ...guardrails?.prompt, ...guardrails?.response };
  return {
    ...(fields.rate_limiting_limit && {
      rateLimit: {
        requests: fields.rate_limiting_limit,
        intervalSeconds: fields.rate_limiting_interval,
        technique: fields.rate_limiting_technique ?? "fixed",
      },
    }),
    ...(fields.spend_limits?.rules.length && {
      spendLimits: fields.spend_limits.rules.map(toSpendLimit),
    }),
    // All three or none: a setting says the whole of it.
    ...(retry_max_attempts &&
      retry_delay &&
      retry_backoff && {
        retry: { maxAttempts: retry_max_attempts, delayMs: retry_delay, backoff: retry_backoff },
      }),
    ...(Object.keys(hazards).length > 0 && { guardrails }),
    ...(fields.dlp?.policies.length && { dlp: fields.dlp.policies }),
  };
}

function toSpendLimit({ id, limit, window, technique, metadata }: z.output<typeof spendRule>) {
  const isPerCaller = JSON.stringify(metadata) === '{"caller":{"mode":"partition"}}';
  return {
    id,
    limitUsd: limit,
    windowSeconds: window,
    technique,
    ...(isPerCaller && { per: "caller" }),
  };
}
