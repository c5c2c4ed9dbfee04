/**
 * Defines what a stack file may declare, in the order in which a reviewer reads it. Types, checks,
 * messages, the settings table and the editors' schema all come from this one description. Limits
 * that Cloudflare sets carry their source.
 */
import { z } from "zod";

import { anonymousCallers, callers } from "./callers.ts";
import { alerts } from "./alerts.ts";
import { exports, legacyLogs, logSystem, logpush, observabilityLogs, readers } from "./logs.ts";
import { AUTHENTICATION_REQUIRED, GATEWAY_ID, LIMITS, day, text, shownText } from "./notes.ts";
import { providers, secretsStoreId } from "./providers.ts";
import {
  billing,
  byokOnly,
  cache,
  dlp,
  guardrails,
  rateLimit,
  retry,
  spendLimits,
  zdr,
} from "./traffic.ts";
import { telemetry } from "./telemetry.ts";
import { worker } from "./worker.ts";

const head = {
  gatewayId: z.string().max(64).regex(GATEWAY_ID).meta({
    description: "id of the stack's AI Gateway; changing it makes a new gateway",
    expects: "1 to 64 of a-z, 0-9, _ and single -",
    source: LIMITS,
  }),
  accountId: text(/^[0-9a-f]{32}$/).meta({
    description: "Cloudflare account",
    unshown: true,
    expects: "32 hexadecimal characters, lower case",
    fallback: "CLOUDFLARE_ACCOUNT_ID",
  }),
  plan: z.enum(["free", "paid"]).meta({
    description: "the account's Workers plan, which bounds gateways and stored logs",
    source: LIMITS,
  }),
  tier: z.enum(["development", "production"]).meta({
    description: "how strict the rules about a stack are; nothing else depends on it",
  }),
  protect: z.boolean().default(true).meta({
    description:
      "refuse to delete or replace the gateway, and keep it at Cloudflare if it leaves the stack",
  }),
  authentication: z.boolean().default(true).meta({
    description:
      "refuse calls beside the Worker that bring no token with AI Gateway Run; Cloudflare takes false only for a gateway made before 2026-11-03 that never had it on",
    source: AUTHENTICATION_REQUIRED,
  }),
  logSystem,
};

const waivers = z
  .array(
    z.strictObject({
      rule: shownText(/^[a-z0-9-]{1,64}$/).meta({
        description: "id of the rule (docs/rules.md)",
        expects: "the id of a rule",
      }),
      reason: shownText(/^\S[^\p{Cc}]{8,298}\S$/u).meta({
        description: "why this stack may break it, for the next reviewer",
        expects: "a sentence of 10 to 300 characters on one line, without a token or a key",
      }),
      until: day.meta({ description: "last day of the exception" }),
    }),
  )
  .max(20)
  .default([])
  .meta({ description: "rules that this stack may break, each with a reason and a last day" });

const tail = {
  readers,
  exports,
  logpush,
  telemetry,
  alerts,
  cache,
  rateLimit,
  spendLimits,
  retry,
  guardrails,
  dlp,
  secretsStoreId,
  providers,
  byokOnly,
  zdr,
  billing,
  worker,
  callers,
  anonymousCallers,
  waivers,
};

/**
 * The schemas of the two log systems. A setting without effect on one of them cannot be written for
 * it. Both accept either name, so that a wrong name is reported beside every other problem.
 */
export const schemas = {
  legacy: z
    .strictObject({ ...head, logs: legacyLogs, ...tail })
    .transform(({ logSystem: _, logs, ...rest }) => ({
      ...rest,
      logs: { system: "legacy" as const, ...logs },
    })),
  observability: z
    .strictObject({ ...head, logs: observabilityLogs, ...tail })
    .transform(({ logSystem: _, logs, ...rest }) => ({
      ...rest,
      logs: { system: "observability" as const, ...logs },
    })),
};

export type LogSystem = keyof typeof schemas;

/** The checked settings of a stack. Units are part of the names; what is off is absent. */
export type Settings = z.output<(typeof schemas)[LogSystem]>;

export type Logs = Settings["logs"];
export type Tier = Settings["tier"];
