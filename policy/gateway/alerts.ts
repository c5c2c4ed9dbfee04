/** Lists the notification policies of a stack, which the deploy declares and verify looks up. */
import type { Settings } from "../settings/settings.ts";

/** The alerts of Cloudflare that are about gateways' logs and the account's bill, and what each tells. */
export const ALERTS = {
  copies: {
    type: "failing_logpush_job_disabled_alert",
    of: "a Logpush job that Cloudflare has switched off",
  },
  usage: { type: "billing_usage_alert", of: "what the account has used of a product" },
} as const;

/** A notification policy, in the API's own words. */
export interface AlertPolicy {
  /** The logical name's end: what the message is about. */
  readonly about: keyof typeof ALERTS;
  readonly name: string;
  readonly type: (typeof ALERTS)[keyof typeof ALERTS]["type"];
  readonly filters?: { readonly product: readonly string[]; readonly limit: readonly string[] };
}

/** Lists the policies; none without alerts. */
export function alertPolicies({
  gatewayId,
  alerts,
  logpush,
}: Pick<Settings, "gatewayId" | "alerts" | "logpush">): readonly AlertPolicy[] {
  if (alerts === undefined) return [];
  const copies: AlertPolicy = {
    about: "copies",
    name: `${alertWebhookName(gatewayId)} copies`,
    type: ALERTS.copies.type,
  };
  const { usage } = alerts;
  return [
    ...(logpush === undefined ? [] : [copies]),
    ...(usage === undefined
      ? []
      : [
          {
            about: "usage" as const,
            name: `${alertWebhookName(gatewayId)} usage`,
            type: ALERTS.usage.type,
            filters: { product: [usage.product], limit: [String(usage.limit)] },
          },
        ]),
  ];
}

/** Names the webhook of the policies, which is found by this name. */
export function alertWebhookName(gatewayId: string): string {
  return `ai-gateway ${gatewayId}`;
}
