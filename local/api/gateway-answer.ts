/**
 * Describes a gateway as the REST API does: `cacheTtl` is `cache_ttl`, and the groups differ
 * inside, too. It is not made from the table in policy/gateway/fields.ts, which this account is to
 * judge.
 */
import type { GatewaySettings } from "../account.ts";

export function toWire(settings: GatewaySettings): Record<string, unknown> {
  const { accountId: _, otels, dlp, guardrails, spendLimits, stripe, ...flat } = settings;
  return {
    ...mapKeys(flat, apiName),
    ...(otels && {
      otel: otels.map(({ contentType, ...otel }) => ({ ...otel, content_type: contentType })),
    }),
    ...(dlp && { dlp: dlpToWire(dlp) }),
    ...(guardrails && {
      guardrails: {
        prompt: mapKeys(guardrails.prompt, (key) => key.toUpperCase()),
        response: mapKeys(guardrails.response, (key) => key.toUpperCase()),
      },
    }),
    ...(spendLimits && {
      spend_limits: {
        ...spendLimits,
        rules: spendLimits.rules.map(({ aiGatewayProvider: provider, ...rule }) => ({
          ...rule,
          ...(provider && { provider }),
        })),
      },
    }),
    ...(stripe && {
      stripe: { authorization: stripe.authorization, usage_events: stripe.usageEvents },
    }),
  };
}

function dlpToWire(dlp: NonNullable<GatewaySettings["dlp"]>): object {
  if (!("policies" in dlp)) return dlp;
  return {
    ...dlp,
    policies: dlp.policies.map(({ checks, ...rest }) => ({ ...rest, check: checks })),
  };
}

export function apiName(field: string): string {
  if (field === "aiGatewayId") return "id";
  if (field === "otels") return "otel";
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function mapKeys(object: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
}
