/** A gateway's settings in the REST API's words, and in those of the program: `cache_ttl` is `cacheTtl`. */
import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import { ApiError } from "./envelope.ts";
import { apiName } from "./gateway-answer.ts";

/** What the API takes on an update only; a create drops it without a word. */
export const PUT_ONLY = [
  "dlp",
  "guardrails",
  "log_classification",
  "otel",
  "spend_limits",
  "stripe",
] as const;

// What Cloudflare fills in; for authentication that is not documented, and here it is the safe one.
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

// Null is off for these.
const OFF = { cache_ttl: 0, rate_limiting_interval: 0, rate_limiting_limit: 0 };

const record = z.record(z.string(), z.unknown());
const verdicts = z.partialRecord(z.string(), z.unknown());

/** The groups whose insides are spelled differently; what they hold is checked by the schema of the program. */
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

/** Throws an ApiError with everything that Cloudflare would refuse. Null sets a field back. */
export function fromWire(
  body: Readonly<Record<string, unknown>>,
  accountId: string,
): GatewaySettings {
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const renamed = groups.safeParse({ ...DEFAULTS, ...OFF, ...said });
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

function mapKeys(
  object: Readonly<Record<string, unknown>>,
  rename: (key: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
}
