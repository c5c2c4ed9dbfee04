/** Reads a gateway's settings from the REST API's form: `cache_ttl` is `cacheTtl`. */
import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import { ApiError } from "./envelope.ts";
import { apiName, mapKeys } from "./gateway-answer.ts";

/** The fields that the API takes on an update only; a create drops them silently. */
export const PUT_ONLY = [
  "dlp",
  "guardrails",
  "log_classification",
  "otel",
  "spend_limits",
  "stripe",
] as const;

// Cloudflare fills these in; for authentication that is not documented, and here it is the safe
// one.
const DEFAULTS = {
  authentication: true,
  byok_only: false,
  log_classification: false,
  log_management: 10_000_000,
  log_management_strategy: "DELETE_OLDEST",
  logpush: false,
  rate_limiting_technique: "fixed",
  store_id: "",
  workers_ai_billing_mode: "postpaid",
  zdr: false,
};

// Null means off for these.
const OFF = { cache_ttl: 0, rate_limiting_interval: 0, rate_limiting_limit: 0 };

const record = z.record(z.string(), z.unknown());
const verdicts = z.partialRecord(z.string(), z.unknown());

/**
 * The groups whose insides are spelled differently; the schema of the program checks what they
 * hold.
 */
const groups = z.looseObject({
  otel: z
    .array(
      record.transform(({ content_type: contentType = "json", ...otel }) => ({
        ...otel,
        contentType,
      })),
    )
    .optional(),
  dlp: z
    .looseObject({
      policies: z
        .array(record.transform(({ check: checks, ...policy }) => ({ ...policy, checks })))
        .optional(),
    })
    .optional(),
  guardrails: z
    .object({ prompt: verdicts.default({}), response: verdicts.default({}) })
    .transform(({ prompt, response }) => ({
      prompt: mapKeys(prompt, (key) => key.toLowerCase()),
      response: mapKeys(response, (key) => key.toLowerCase()),
    }))
    .optional(),
  spend_limits: z
    .looseObject({
      rules: z
        .array(record.transform((rule) => ({ enabled: true, technique: "fixed", ...rule })))
        .default([]),
    })
    .transform((limits) => ({ enabled: true, ...limits }))
    .optional(),
});

/**
 * Reads settings; null sets a field back. Throws an ApiError with everything that Cloudflare would
 * refuse.
 */
export function fromWire(
  body: Readonly<Record<string, unknown>>,
  accountId: string,
): GatewaySettings {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const renamed = groups.safeParse({ ...DEFAULTS, ...OFF, ...given });
  if (!renamed.success) throw refuse(renamed.error);
  const settings = aiGateway.safeParse({ ...mapKeys(renamed.data, toSetting), accountId });
  if (!settings.success) throw refuse(settings.error);
  return settings.data;
}

function refuse({ issues }: z.ZodError): ApiError {
  const problems = issues.map(({ path: [first, ...rest], message }) => ({
    code: 7001,
    message,
    path: first === undefined ? [] : [apiName(String(first)), ...rest],
  }));
  return new ApiError(400, ...problems);
}

function toSetting(key: string): string {
  if (key === "id") return "aiGatewayId";
  if (key === "otel") return "otels";
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
