import { SecretsStoreSecret } from "@pulumi/cloudflare/secretsStoreSecret.js";
import * as pulumi from "@pulumi/pulumi";

import { keySecretName } from "../policy/gateway/provider-keys.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { ProviderConfig } from "./dynamic/provider-config.ts";

/** The keys of a gateway, and the Secrets Store that keeps them. */
export interface ProviderKeysArgs extends Pick<
  Settings,
  "accountId" | "providers" | "secretsStoreId"
> {
  readonly gatewayId: pulumi.Output<string>;
}

/**
 * The keys with which one gateway calls third parties: each a secret of the Secrets Store, whose
 * value the provider changes in place, and the gateway's reference to it.
 */
export class ProviderKeys extends pulumi.ComponentResource {
  constructor(name: string, args: ProviderKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:ProviderKeys", name, {}, opts);
    for (const key of args.providers) storeKey(this, name, { ...args, key });
    this.registerOutputs();
  }
}

interface KeyArgs extends ProviderKeysArgs {
  readonly key: Settings["providers"][number];
}

function storeKey(parent: pulumi.Resource, name: string, args: KeyArgs): void {
  const { accountId, gatewayId, secretsStoreId = "" } = args;
  const { provider, alias, key } = args.key;
  // A provider has no dot in its name, so that no two keys have one logical name.
  const logical = `${name}-${provider}.${alias}`;
  const secret = new SecretsStoreSecret(
    logical,
    {
      accountId,
      storeId: secretsStoreId,
      name: gatewayId.apply((id) => keySecretName({ gatewayId: id, provider, alias })),
      scopes: ["ai_gateway"],
      // The provider's class makes it a secret.
      value: key,
    },
    { parent },
  );
  new ProviderConfig(
    logical,
    // With the secret's id, the gateway finds the key before it is told to use one, and refers to
    // none that is gone.
    { accountId, gatewayId, provider, alias, secretId: secret.id },
    { parent },
  );
}
