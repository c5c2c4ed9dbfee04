/** The notification policies of an account that are about its logs and its bill. */
import { ALERTS, alertPolicies } from "../../../policy/gateway/alerts.ts";
import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { count, list } from "../../../policy/words.ts";
import { mapAnswer } from "../../account/account.ts";
import { listNotificationPolicies, type Policy } from "../alerts.ts";
import { finding, type Finding } from "../finding.ts";
import type { Kind } from "./kind.ts";

/** What each alert is about. Other alerts of an account have nothing to do with a gateway. */
const SUBJECTS: ReadonlyMap<string, string> = new Map(
  Object.values(ALERTS).map(({ type, of }) => [type, of]),
);

export const notifications: Kind = {
  name: "notification policies",
  needs: PERMISSIONS.readNotifications,
  look: async ({ stacks, ...connection }) => {
    const declared = new Set(
      stacks.flatMap(({ settings }) => alertPolicies(settings).map(({ name }) => name)),
    );
    return mapAnswer(await listNotificationPolicies(connection), (policies) =>
      policies.filter(({ name }) => !declared.has(name ?? "")).flatMap(judge),
    );
  },
};

/** Counts the receivers: an address is somebody's, and a webhook's may hold a key. */
function judge({ name, alert_type, enabled, mechanisms }: Policy): readonly Finding[] {
  const subject = SUBJECTS.get(alert_type ?? "");
  if (subject === undefined) return [];
  const { email, webhooks, pagerduty } = mechanisms ?? {};
  const to = [
    [email, "e-mail receiver"],
    [webhooks, "webhook"],
    [pagerduty, "PagerDuty service"],
  ] as const;
  const all = to.flatMap(([some, unit]) => (some?.length ? [count(some.length, unit)] : []));
  const tells = enabled === true ? "tells" : "is switched off, and would tell";
  const message = `${tells} ${list(all) || "nobody"} of ${subject}; it holds no prompt`;
  return [finding("note", `notification policy ${quote(name ?? "")}`, message)];
}
