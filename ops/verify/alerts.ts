/** Checks the notification policies: there, switched on, and to whom the stack declares. */
import { alertPolicies, alertWebhookName, type AlertPolicy } from "../../policy/gateway/alerts.ts";
import { showKey } from "../../policy/looks-secret.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { count } from "../../policy/words.ts";
import { findAnswer, type Account } from "../account/account.ts";
import {
  listNotificationPolicies,
  listWebhooks,
  type Policy,
  type Webhook,
} from "../look/alerts.ts";
import { deployAgain, judge, problemsIf, withoutAnswer, type Finding } from "../look/finding.ts";

export async function checkAlerts(account: Account): Promise<readonly Finding[]> {
  const { stack } = account;
  const { alerts, gatewayId } = stack.settings;
  if (alerts === undefined) return [];
  const remedy = deployAgain(stack);
  const [policies, webhooks] = await Promise.all([
    listNotificationPolicies(account),
    listWebhooks(account),
  ]);
  if (webhooks.kind !== "answer") {
    return withoutAnswer("alerts", webhooks, "the account has no list of webhooks; check its id");
  }
  const webhook = webhooks.value.find(({ name }) => name === alertWebhookName(gatewayId));
  return alertPolicies(stack.settings).flatMap((declared) =>
    judge(
      {
        about: `notification policy "${declared.name}"`,
        answer: findAnswer(policies, ({ name }) => name === declared.name),
        remedy,
      },
      (found) => judgePolicy({ declared, alerts, webhook }, found),
      `is on, to ${recipients(alerts).join(" and ")}`,
    ),
  );
}

type Alerts = NonNullable<Settings["alerts"]>;

function recipients({ email, webhook }: Alerts): readonly string[] {
  return [...(email === undefined ? [] : [email]), ...(webhook === undefined ? [] : ["a webhook"])];
}

interface Declared {
  readonly declared: AlertPolicy;
  readonly alerts: Alerts;
  readonly webhook: Webhook | undefined;
}

/** Describes what is wrong with a policy. No message has the webhook's URL. */
export function judgePolicy(
  { declared, alerts, webhook }: Declared,
  { enabled, alert_type, mechanisms, filters }: Policy,
): readonly string[] {
  const hooks = idsOf(mechanisms?.webhooks);
  const receivers = judgeReceivers(alerts, idsOf(mechanisms?.email));
  const isCalled = webhook?.id !== undefined && webhook.id !== null && hooks.includes(webhook.id);
  const { last_failure: failure, last_success: success } = webhook ?? {};
  return problemsIf(
    [enabled !== true, "is switched off"],
    [
      alert_type !== declared.type,
      `is about ${showKey(alert_type || "nothing")}, declared is ${declared.type}`,
    ],
    [receivers.length > 0, receivers.join(", and ")],
    [alerts.webhook !== undefined && !isCalled, "does not call the declared webhook"],
    [
      hooks.length > (alerts.webhook === undefined ? 0 : 1),
      "calls another webhook than the declared one",
    ],
    [!isSameFilter(declared.filters, filters), "has other filters than declared"],
    [
      isCalled && Boolean(failure) && Date.parse(failure ?? "") > Date.parse(success || "1970"),
      `calls a webhook that fails since ${failure}`,
    ],
  );
}

/** Counts whom the stack does not declare: a log of CI is no place for somebody's address. */
function judgeReceivers({ email }: Alerts, found: readonly string[]): readonly string[] {
  const strangers = found.filter((each) => each !== email).length;
  return problemsIf(
    [email !== undefined && !found.includes(email), `does not write to ${email}`],
    [
      strangers > 0,
      `writes to ${count(strangers, "e-mail receiver")} that the stack does not declare`,
    ],
  );
}

function idsOf(list: readonly { readonly id?: string | null | undefined }[] | null | undefined) {
  return (list ?? []).flatMap(({ id }) => id ?? []);
}

function isSameFilter(declared: AlertPolicy["filters"], found: Policy["filters"]): boolean {
  const pairs = [
    [declared?.product, found?.product],
    [declared?.limit, found?.limit],
  ];
  return pairs.every(([wanted, is]) => (wanted ?? []).join() === (is ?? []).join());
}
