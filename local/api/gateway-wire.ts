/** Reads a gateway's settings from the REST API's form: `cache_ttl` is `cacheTtl`. */
import { randomBytes } from "node:crypto";

import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import { GATEWAY_DEFAULTS } from "../gateway-defaults.ts";
import { ApiError } from "./envelope.ts";
import { apiName, mapKeys } from "./gateway-answer.ts";

/**
 * A fault of the API that a test can plant: Cloudflare documents that a create takes every field,
 * and has been seen to drop these without a word.
 */
export type GatewayFault = "a create drops fields" | "an update drops fields";

/** The fields that a fault drops. Until October 2026 the API documented them for updates only. */
const DROPPED = ["dlp", "guardrails", "log_classification", "otel", "spend_limits", "stripe"];

/** The fields of an answer that a request has no say in: whoever sends back what was read has them. */
const READ_ONLY = ["created_at", "modified_at", "is_default"];

const DEFAULTS = mapKeys(GATEWAY_DEFAULTS, apiName);

type Wire = Readonly<Record<string, unknown>>;

const record = z.record(z.string(), z.unknown());
const verdicts = z.partialRecord(z.string(), z.unknown());

/** Renames what is spelled differently inside of groups; the program's own schema checks them. */
const groups = z.looseObject({
  otel: z
    .array(
      record.transform(({ content_type: contentType = "json", ...otel }) => ({
        ...otel,
        contentType,
      })),
    )
    .optional(),
  stripe: record
    .transform(({ usage_events: usageEvents, ...stripe }) => ({ ...stripe, usageEvents }))
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
      rules: z.array(record.transform(toRule)).default([]),
    })
    .transform((limits) => ({ enabled: true, ...limits }))
    .optional(),
});

function toRule({ provider, ...rule }: Wire) {
  const id = randomBytes(4).toString("hex");
  const named = provider === undefined ? {} : { aiGatewayProvider: provider };
  return { id, enabled: true, technique: "fixed", ...rule, ...named };
}

export function withoutDropped(body: Wire): Wire {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !DROPPED.includes(key)));
}

/** Reads settings; null sets a default. Throws an ApiError with everything that is wrong. */
export function fromWire(body: Wire, accountId: string): GatewaySettings {
  const given = Object.fromEntries(
    Object.entries(body).filter(([key, value]) => value !== null && !READ_ONLY.includes(key)),
  );
  const renamed = groups.safeParse({ ...DEFAULTS, ...given });
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
