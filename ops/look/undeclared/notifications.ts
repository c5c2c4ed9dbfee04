/** The notification policies of an account that are about its logs and its bill. */
import { z } from "zod";

import { alertPolicies } from "../../../policy/gateway/alerts.ts";
import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { count, list } from "../../../policy/words.ts";
import { listAll } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import { judgeEach, type Kind } from "./kind.ts";

const receivers = z.array(z.unknown()).nullish();

const schema = z.object({
  name: z.string().default(""),
  alert_type: z.string().default(""),
  enabled: z.boolean().default(false),
  mechanisms: z
    .object({ email: receivers, webhooks: receivers, pagerduty: receivers })
    .nullish()
    .transform((mechanisms) => mechanisms ?? {}),
});

type Policy = Readonly<z.output<typeof schema>>;

/** What each alert is about. Other alerts of an account have nothing to do with a gateway. */
const ALERTS = new Map([
  ["failing_logpush_job_disabled_alert", "a Logpush job that Cloudflare has switched off"],
  ["billing_usage_alert", "what the account has used of a product"],
]);

export const notifications: Kind = {
  name: "notification policies",
  needs: PERMISSIONS.readNotifications,
  look: async ({ accountId, cloudflare, stacks }) => {
    const declared = new Set(
      stacks.flatMap(({ settings }) => alertPolicies(settings).map(({ name }) => name)),
    );
    const request = () => cloudflare.alerting.policies.list({ account_id: accountId });
    const documented = { what: "a notification policy", schema };
    return judgeEach(await listAll(PERMISSIONS.readNotifications, documented, request), (policy) =>
      declared.has(policy.name) ? [] : judge(policy),
    );
  },
};

/** Counts the receivers: an address is somebody's, and a webhook's may hold a key. */
function judge({ name, alert_type, enabled, mechanisms }: Policy): readonly Finding[] {
  const alert = ALERTS.get(alert_type);
  if (alert === undefined) return [];
  const { email, webhooks, pagerduty } = mechanisms;
  const to = [
    [email, "e-mail receiver"],
    [webhooks, "webhook"],
    [pagerduty, "PagerDuty service"],
  ] as const;
  const all = to.flatMap(([some, unit]) => (some?.length ? [count(some.length, unit)] : []));
  const tells = enabled ? "tells" : "is switched off, and would tell";
  const message = `${tells} ${list(all) || "nobody"} of ${alert}; it holds no prompt`;
  return [finding("note", `notification policy ${quote(name)}`, message)];
}
