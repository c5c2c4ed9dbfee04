import { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
import * as pulumi from "@pulumi/pulumi";

import { gatewayFields } from "../policy/gateway/fields.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { gatewayHooks } from "./hooks/gateway-hooks.ts";

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

    // Every scalar is said. The provider plans an update for one that is left to the API's default.
    const { otels, ...fields } = gatewayFields(args);
    const gateway = new AiGateway(
      name,
      {
        accountId: args.accountId,
        ...fields,
        ...(otels && { otels: otels.map(withSecretHeaders) }),
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

function withSecretHeaders<T extends { readonly headers: Record<string, string> }>(otel: T) {
  return { ...otel, headers: pulumi.secret(otel.headers) };
}
