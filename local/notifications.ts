/** What a program declares for alerts: notification policies, and the webhook that they call. */
import { z } from "zod";

import { ALERTS } from "../policy/gateway/alerts.ts";

const ids = z.array(z.strictObject({ id: z.string() })).optional();
const strings = z.array(z.string()).optional();

export const notificationPolicy = z.strictObject({
  accountId: z.string(),
  name: z.string(),
  alertType: z.enum([ALERTS.copies.type, ALERTS.usage.type]),
  enabled: z.boolean(),
  mechanisms: z.strictObject({ emails: ids, webhooks: ids }),
  filters: z.strictObject({ products: strings, limits: strings }).optional(),
});

export const notificationWebhook = z.strictObject({
  accountId: z.string(),
  name: z.string(),
  url: z.url(),
});
