import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, type Connection } from "../account/account.ts";

const ids = z.array(z.object({ id: z.string().nullish() })).nullish();
const strings = z.array(z.string()).nullish();

const policy = z.object({
  name: z.string().nullish(),
  enabled: z.boolean().nullish(),
  alert_type: z.string().nullish(),
  mechanisms: z.object({ email: ids, webhooks: ids, pagerduty: ids }).nullish(),
  filters: z.object({ product: strings, limit: strings }).nullish(),
});

const webhook = z.object({
  id: z.string().nullish(),
  name: z.string().nullish(),
  last_failure: z.string().nullish(),
  last_success: z.string().nullish(),
});

export type Policy = Readonly<z.output<typeof policy>>;
/** A webhook as the API returns it, without its URL, with which anybody can write to it. */
export type Webhook = Readonly<z.output<typeof webhook>>;

export function listNotificationPolicies({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.alerting.policies.list({ account_id: accountId });
  return listAll(
    PERMISSIONS.readNotifications,
    { what: "a notification policy", schema: policy },
    list,
  );
}

/** Lists every webhook of the account's notifications. */
export function listWebhooks({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.alerting.destinations.webhooks.list({ account_id: accountId });
  return listAll(PERMISSIONS.readNotifications, { what: "a webhook", schema: webhook }, list);
}
