import { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
import type { types } from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Logs, Settings } from "../policy/settings.ts";
import { gatewayHooks } from "./hooks/gateway-hooks.ts";
import { putOnlyFields, type PutOnly } from "./put-only.ts";

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
      {
        parent: this,
        protect: args.protect,
        // Kept at Cloudflare if it leaves the stack: its logs exist nowhere else.
        retainOnDelete: args.protect,
        hooks: gatewayHooks(name, args),
        // As `pulumi import` writes it: without a component above it.
        aliases: [{ parent: pulumi.rootStackResource }],
      },
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

/** In the provider's words. Nothing for what is off: the API has no value for it that every published page agrees on. */
function putOnlyInputs(args: GatewayArgs) {
  const { otel, guardrails, dlp, spend_limits } = putOnlyFields(args);
  return {
    ...(otel && { otels: otel.map(toOtel) }),
    ...(guardrails && {
      guardrails: {
        prompt: lowerKeys(guardrails.prompt),
        response: lowerKeys(guardrails.response),
      },
    }),
    ...(dlp && {
      dlp: {
        ...dlp,
        policies: dlp.policies.map(({ check, ...rest }) => ({ ...rest, checks: check })),
      },
    }),
    ...(spend_limits && { spendLimits: { ...spend_limits, rules: [...spend_limits.rules] } }),
  };
}

function toOtel({
  content_type,
  headers,
  ...otel
}: NonNullable<PutOnly["otel"]>[number]): types.input.AiGatewayOtel {
  return {
    ...otel,
    headers: pulumi.secret(headers),
    ...(content_type && { contentType: content_type }),
  };
}

/** `{ P1: "FLAG" }` → `{ p1: "FLAG" }` */
function lowerKeys(verdicts: object): types.input.AiGatewayGuardrailsPrompt {
  return Object.fromEntries(
    Object.entries(verdicts).map(([hazard, verdict]) => [hazard.toLowerCase(), verdict]),
  );
}
