/** `/accounts/{account}/alerting/v3`: policies and webhooks are kept, and nothing is sent. */
import { z } from "zod";

import { readBody, refuse } from "./envelope.ts";
import { recordAt, removeAt, toWire, type ApiContext, type Route } from "./route.ts";
import type { Records } from "./state.ts";
import { newId } from "./token-record.ts";

const POLICIES = "/accounts/:account/alerting/v3/policies";
const POLICY = `${POLICIES}/:policy`;
const WEBHOOKS = "/accounts/:account/alerting/v3/destinations/webhooks";
const WEBHOOK = `${WEBHOOKS}/:webhook`;
const READ = ["Notifications Read", "Notifications Write"] as const;
const WRITE = ["Notifications Write"] as const;

export const ALERTING_ROUTES: readonly Route[] = [
  ["GET", POLICIES, READ, (c) => c.env.account.list("policies").map(toWire)],
  ["POST", POLICIES, WRITE, createPolicy],
  ["GET", POLICY, READ, (c) => toWire(recordAt(c, "policies", "policy"))],
  ["PUT", POLICY, WRITE, changePolicy],
  ["DELETE", POLICY, WRITE, (c) => remove(c, "policies", "policy")],
  ["GET", WEBHOOKS, READ, (c) => c.env.account.list("webhooks").map(toWire)],
  ["POST", WEBHOOKS, WRITE, createWebhook],
  ["GET", WEBHOOK, READ, (c) => toWire(recordAt(c, "webhooks", "webhook"))],
  ["PUT", WEBHOOK, WRITE, changeWebhook],
  ["DELETE", WEBHOOK, WRITE, deleteWebhook],
];

const ids = z.array(z.object({ id: z.string() })).optional();
const mechanisms = z.object({ email: ids, pagerduty: ids, webhooks: ids });
const policy = z.looseObject({
  name: z.string(),
  alert_type: z.string(),
  enabled: z.boolean(),
  mechanisms,
});
const webhook = z.object({ name: z.string(), url: z.url(), secret: z.string().optional() });

async function createPolicy(c: ApiContext): Promise<object> {
  const body = await readBody(c, policy);
  const now = new Date().toISOString();
  return keepPolicy(c, { ...body, created: now, id: newId(), isDeclared: false });
}

async function changePolicy(c: ApiContext): Promise<object> {
  const before = recordAt(c, "policies", "policy");
  const { name = before.name, ...rest } = await readBody(c, policy.partial());
  const { id, isDeclared } = before;
  return keepPolicy(c, { ...before, ...rest, name, id, isDeclared });
}

function keepPolicy(c: ApiContext, kept: Records["policies"]): object {
  const { account } = c.env;
  const { webhooks = [] } = mechanisms.parse(kept["mechanisms"]);
  const unknown = webhooks.find(({ id }) => account.find("webhooks", id) === undefined);
  if (unknown !== undefined) refuse(400, 17_005, `there is no webhook ${unknown.id}`);
  const { id } = kept;
  account.put("policies", id, { ...kept, modified: new Date().toISOString() });
  return { id };
}

async function createWebhook(c: ApiContext): Promise<object> {
  const { secret: _, ...body } = await readBody(c, webhook);
  const created_at = new Date().toISOString();
  return keepWebhook(c, { ...body, type: "generic", created_at, id: newId(), isDeclared: false });
}

async function changeWebhook(c: ApiContext): Promise<object> {
  const { secret: _, ...body } = await readBody(c, webhook);
  return keepWebhook(c, { ...recordAt(c, "webhooks", "webhook"), ...body });
}

function keepWebhook(c: ApiContext, kept: Records["webhooks"]): object {
  c.env.account.put("webhooks", kept.id, kept);
  return { id: kept.id };
}

function deleteWebhook(c: ApiContext): Response {
  const { id } = recordAt(c, "webhooks", "webhook");
  const caller = c.env.account
    .list("policies")
    .find((each) =>
      mechanisms.parse(each["mechanisms"]).webhooks?.some((other) => other.id === id),
    );
  if (caller !== undefined) refuse(409, 17_006, "a notification policy calls the webhook");
  return remove(c, "webhooks", "webhook");
}

/** Removes a record, and answers without it, as is published of these two. */
function remove(c: ApiContext, kind: "policies" | "webhooks", part: string): Response {
  removeAt(c, kind, part);
  return c.json({ success: true, errors: [], messages: [] });
}
