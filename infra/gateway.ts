import { AiGateway, type AiGatewayArgs } from "@pulumi/cloudflare/aiGateway.js";
import * as pulumi from "@pulumi/pulumi";

import { gatewayFields, type GatewayField } from "../policy/gateway/mapping.ts";
import type { GatewaySettings } from "../policy/gateway/row.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { gatewayHooks, lookAgain } from "./hooks/gateway-hooks.ts";

/** The settings that a gateway is made from. */
export type GatewayArgs = GatewaySettings & Pick<Settings, "accountId" | "protect">;

/** One AI Gateway. Only a stack with full logs stores a call beside the Worker. */
export class Gateway extends pulumi.ComponentResource {
  readonly gatewayId: pulumi.Output<string>;
  /**
   * The id once a deployed gateway is seen to hold what the stack declares; else it fails. It is for
   * the stack's output: a resource that waits for it would be held up.
   */
  readonly settledId: pulumi.Output<string>;
  /** The base URL for an OpenAI SDK with a key of its own, which bypasses the Worker. */
  readonly openaiBaseUrl: pulumi.Output<string>;
  /** The hooks of what is protected with the gateway, which heed no --ignore-protect. */
  readonly guard: pulumi.ResourceHookBinding;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:Gateway", name, {}, opts);

    const hooks = gatewayHooks(name, args);
    const gateway = new AiGateway(name, toInputs(args), {
      parent: this,
      protect: args.protect,
      // A protected gateway that leaves the stack is kept at Cloudflare: its logs exist nowhere
      // else.
      retainOnDelete: args.protect,
      hooks,
      // `pulumi import` writes it without a component above it.
      aliases: [{ parent: pulumi.rootStackResource }],
    });

    this.gatewayId = gateway.aiGatewayId;
    const { beforeDelete = [] } = hooks;
    this.guard = args.protect ? { beforeDelete } : {};
    this.settledId = gateway.aiGatewayId.apply(async (id) => {
      await lookAgain(args);
      return id;
    });
    this.openaiBaseUrl = pulumi.interpolate`https://gateway.ai.cloudflare.com/v1/${args.accountId}/${gateway.aiGatewayId}/openai`;
    this.registerOutputs({ gatewayId: this.gatewayId, openaiBaseUrl: this.openaiBaseUrl });
  }
}

/**
 * Maps a stack's settings to the provider's inputs. Every scalar is declared: the provider plans an
 * update for one that is left to the API's default. Both `satisfies` tie the table to the provider,
 * which drops inputs that it does not know: a row for a field that it does not have is a type
 * error, and so is a field of it without a row.
 */
function toInputs(args: GatewayArgs): AiGatewayArgs {
  const { otels, ...fields } = gatewayFields(args) satisfies Pick<AiGatewayArgs, GatewayField>;
  return {
    accountId: args.accountId,
    ...fields,
    otels: otels?.map(withSecretHeaders),
  } satisfies Record<keyof AiGatewayArgs, unknown>;
}

function withSecretHeaders<T extends { readonly headers: Record<string, string> }>(otel: T) {
  return { ...otel, headers: pulumi.secret(otel.headers) };
}
