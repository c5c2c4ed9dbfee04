/**
 * Exporters, guardrails, data loss prevention, spend limits and classification, in the API's own words. They are apart
 * because not every published API description lets a create have them; an update takes them by each.
 * https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
 */
import type { AIGatewayUpdateParams } from "cloudflare/resources/ai-gateway/ai-gateway.js";

import type { Settings } from "../policy/settings.ts";

export const PUT_ONLY = [
  "dlp",
  "guardrails",
  "log_classification",
  "otel",
  "spend_limits",
] as const;

/** What a stack declares of them. Absent: off. */
export interface PutOnly {
  readonly dlp?: AIGatewayUpdateParams.UnionMember1;
  readonly guardrails?: AIGatewayUpdateParams.Guardrails;
  readonly log_classification?: true;
  readonly otel?: readonly AIGatewayUpdateParams.Otel[];
  readonly spend_limits?: { readonly enabled: true; readonly rules: readonly SpendRule[] };
}

type SpendRule = AIGatewayUpdateParams.SpendLimits.Rule & { readonly id: string };

/** The values of `otel[].headers` are secrets, in clear. */
export function putOnlyFields({
  exports,
  guardrails,
  dlp,
  spendLimits,
  logs,
}: Pick<Settings, "exports" | "guardrails" | "dlp" | "spendLimits" | "logs">): PutOnly {
  return {
    ...(dlp.length > 0 && { dlp: { enabled: true, policies: dlp.map(toDlpPolicy) } }),
    ...(guardrails && {
      guardrails: {
        prompt: toVerdicts(guardrails.prompt),
        response: toVerdicts(guardrails.response),
      },
    }),
    ...(logs.classification && { log_classification: true }),
    ...(exports.length > 0 && { otel: exports.map(toOtel) }),
    ...(spendLimits.length > 0 && {
      spend_limits: { enabled: true, rules: spendLimits.map(toSpendRule) },
    }),
  };
}

function toOtel(copy: Settings["exports"][number]): AIGatewayUpdateParams.Otel {
  return {
    url: copy.url,
    headers: { ...copy.headers },
    content_type: copy.contentType,
    ...(copy.authorization !== undefined && { authorization: copy.authorization }),
  };
}

const ACTION = { flag: "FLAG", block: "BLOCK" } as const;
const SIDE = { request: "REQUEST", response: "RESPONSE" } as const;

function toVerdicts(verdicts: NonNullable<Settings["guardrails"]>["prompt"]) {
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([hazard, verdict]) =>
      verdict === undefined ? [] : [[hazard, ACTION[verdict]] as const],
    ),
  );
}

function toDlpPolicy(policy: Settings["dlp"][number]): AIGatewayUpdateParams.UnionMember1.Policy {
  return {
    id: policy.id,
    enabled: true,
    action: ACTION[policy.action],
    check: policy.check.map((side) => SIDE[side]),
    profiles: [...policy.profiles],
  };
}

function toSpendRule(limit: Settings["spendLimits"][number]): SpendRule {
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
