import { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
import type { types } from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Logs, Settings } from "../policy/settings.ts";

export type GatewayArgs = Omit<
  Settings,
  "plan" | "tier" | "readers" | "worker" | "callers" | "waivers"
>;

/** One AI Gateway, closed by default: a call beside the Worker is stored only where the stack keeps full logs. */
export class Gateway extends pulumi.ComponentResource {
  readonly gatewayId: pulumi.Output<string>;
  /** For an OpenAI SDK with its own provider key. Such a call goes round the Worker: see docs/decisions. */
  readonly openaiBaseUrl: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:Gateway", name, {}, opts);

    // Every scalar is said. The provider plans an update for one that is left to the API's default, and a
    // setting nobody declares is a setting nobody sees drift.
    const gateway = new AiGateway(
      name,
      {
        accountId: args.accountId,
        aiGatewayId: args.gatewayId,
        authentication: args.authentication,
        byokOnly: args.byokOnly,
        ...logInputs(args.logs),
        logpush: false,
        zdr: args.zdr,
        cacheTtl: args.cache?.ttlSeconds ?? 0,
        // An answer cached under the settings before must not outlive them.
        cacheInvalidateOnUpdate: true,
        rateLimitingLimit: args.rateLimit?.requests ?? 0,
        rateLimitingInterval: args.rateLimit?.intervalSeconds ?? 0,
        rateLimitingTechnique: args.rateLimit?.technique ?? "fixed",
        ...retryInputs(args.retry),
        ...putOnlyInputs(args),
        workersAiBillingMode: args.billing,
        // Not left out: the API reports "", and the provider would send null on the next update.
        storeId: "",
      },
      // Kept at Cloudflare if it leaves the stack: its logs exist nowhere else.
      { parent: this, protect: args.protect, retainOnDelete: args.protect },
    );

    this.gatewayId = gateway.aiGatewayId;
    this.openaiBaseUrl = pulumi.interpolate`https://gateway.ai.cloudflare.com/v1/${args.accountId}/${gateway.aiGatewayId}/openai`;
    this.registerOutputs({ gatewayId: this.gatewayId, openaiBaseUrl: this.openaiBaseUrl });
  }
}

function logInputs(logs: Logs) {
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
function retryInputs(retry: Settings["retry"]) {
  if (retry === undefined) return {};
  return {
    retryMaxAttempts: retry.maxAttempts,
    retryDelay: retry.delayMs,
    retryBackoff: retry.backoff,
  };
}

/**
 * What the API takes on an update only; a create may drop it, and a refresh then shows it. Nothing for what is off: the
 * API has no value for it that every published page agrees on.
 * https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
 */
function putOnlyInputs({ exports, guardrails, dlp, spendLimits }: GatewayArgs) {
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

function toOtel(copy: Settings["exports"][number]): types.input.AiGatewayOtel {
  return {
    url: copy.url,
    headers: pulumi.secret({ ...copy.headers }),
    contentType: copy.contentType,
    ...(copy.authorization !== undefined && { authorization: copy.authorization }),
  };
}

/** `{ P1: "flag" }` → `{ p1: "FLAG" }` */
function toVerdicts(
  verdicts: NonNullable<Settings["guardrails"]>["prompt"],
): types.input.AiGatewayGuardrailsPrompt {
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([hazard, verdict]) =>
      verdict === undefined ? [] : [[hazard.toLowerCase(), verdict.toUpperCase()]],
    ),
  );
}

function toDlpPolicy(policy: Settings["dlp"][number]): types.input.AiGatewayDlpPolicy {
  return {
    id: policy.id,
    enabled: true,
    action: policy.action.toUpperCase(),
    checks: policy.check.map((side) => side.toUpperCase()),
    profiles: [...policy.profiles],
  };
}

function toSpendRule(limit: Settings["spendLimits"][number]): types.input.AiGatewaySpendLimitsRule {
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
