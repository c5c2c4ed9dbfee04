import { NotificationPolicy } from "@pulumi/cloudflare/notificationPolicy.js";
import { NotificationPolicyWebhooks } from "@pulumi/cloudflare/notificationPolicyWebhooks.js";
import * as pulumi from "@pulumi/pulumi";

import { alertPolicies, alertWebhookName, type AlertPolicy } from "../policy/gateway/alerts.ts";
import type { Settings } from "../policy/settings/settings.ts";

/** The account, the stack's gateway, and who gets a message about what. */
export interface AlertsArgs extends Pick<Settings, "accountId" | "gatewayId" | "logpush"> {
  readonly alerts: NonNullable<Settings["alerts"]>;
}

/**
 * The account's notifications about this stack: a policy for each event, all to one address, one
 * webhook, or both. The webhook's URL is a secret, because who has it can write there.
 */
export class Alerts extends pulumi.ComponentResource {
  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:Alerts", name, {}, opts);
    const { accountId, gatewayId } = args;
    const { email, webhook: url } = args.alerts;

    const webhook =
      url === undefined
        ? undefined
        : new NotificationPolicyWebhooks(
            name,
            { accountId, name: alertWebhookName(gatewayId), url: pulumi.secret(url) },
            { parent: this },
          );
    const mechanisms = {
      ...(email !== undefined && { emails: [{ id: email }] }),
      ...(webhook !== undefined && { webhooks: [{ id: webhook.id }] }),
    };
    for (const policy of alertPolicies(args)) {
      new NotificationPolicy(
        `${name}-${policy.about}`,
        { accountId, enabled: true, mechanisms, ...toInputs(policy) },
        { parent: this },
      );
    }

    this.registerOutputs();
  }
}

function toInputs({ name, type, filters }: AlertPolicy) {
  return {
    name,
    alertType: type,
    ...(filters !== undefined && {
      filters: { products: [...filters.product], limits: [...filters.limit] },
    }),
  };
}
