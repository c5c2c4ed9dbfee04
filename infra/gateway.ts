import { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
import * as pulumi from "@pulumi/pulumi";

import type { Logs, Settings } from "../policy/settings.ts";

export type GatewayArgs = Pick<
  Settings,
  "accountId" | "gatewayId" | "protect" | "logs" | "cache" | "rateLimit" | "retry"
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
        authentication: true,
        byokOnly: false,
        ...logInputs(args.logs),
        logClassification: false,
        logpush: false,
        zdr: false,
        cacheTtl: args.cache?.ttlSeconds ?? 0,
        // An answer cached under the settings before must not outlive them.
        cacheInvalidateOnUpdate: true,
        rateLimitingLimit: args.rateLimit?.requests ?? 0,
        rateLimitingInterval: args.rateLimit?.intervalSeconds ?? 0,
        rateLimitingTechnique: args.rateLimit?.technique ?? "fixed",
        ...retryInputs(args.retry),
        workersAiBillingMode: "postpaid",
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
