/**
 * A gateway's settings in the REST API's form: `cacheTtl` is `cache_ttl`. They are not made from the
 * table in policy/gateway/fields.ts, which this account is to judge.
 */
import { randomBytes } from "node:crypto";

import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import { GATEWAY_DEFAULTS } from "../gateway-defaults.ts";
import { ApiError } from "./envelope.ts";

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
const verdicts = z.codec(record, record, {
  decode: (given) => mapKeys(given, (key) => key.toLowerCase()),
  encode: (kept) => mapKeys(kept, (key) => key.toUpperCase()),
});

/** The groups that differ inside, both ways; the program's own schema checks what they hold. */
const groups = z.looseObject({
  otel: z
    .array(spelled("content_type", "contentType", () => ({ content_type: "json" })))
    .optional(),
  stripe: spelled("usage_events", "usageEvents").optional(),
  dlp: z.looseObject({ policies: z.array(spelled("check", "checks")).optional() }).optional(),
  guardrails: z.object({ prompt: verdicts.default({}), response: verdicts.default({}) }).optional(),
  spend_limits: z
    .looseObject({
      enabled: z.unknown().default(true),
      rules: z.array(spelled("provider", "aiGatewayProvider", ruleDefaults)).default([]),
    })
    .optional(),
});

function ruleDefaults(): Wire {
  return { id: randomBytes(4).toString("hex"), enabled: true, technique: "fixed" };
}

/** Spells a key of an object as the API does outside, and as a program does inside. */
function spelled(api: string, setting: string, defaults: () => Wire = () => ({})) {
  return z.codec(record, record, {
    decode: (given) => mapKeys({ ...defaults(), ...given }, (key) => (key === api ? setting : key)),
    encode: (kept) => mapKeys(kept, (key) => (key === setting ? api : key)),
  });
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

export function toWire(settings: GatewaySettings): Record<string, unknown> {
  const { accountId: _, otels: otel, spendLimits: spend_limits, ...rest } = settings;
  const { dlp, guardrails, stripe, ...flat } = rest;
  const written = { ...mapKeys(flat, apiName), otel, spend_limits, dlp, guardrails, stripe };
  const set = Object.entries(z.encode(groups, written)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set);
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

function apiName(field: string): string {
  if (field === "aiGatewayId") return "id";
  if (field === "otels") return "otel";
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mapKeys(object: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
}
