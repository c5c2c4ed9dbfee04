import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { isTrustedApi } from "../../policy/stack/api-address.ts";
import { listAll, tryCheck, type Answer, type Connection } from "../account/account.ts";

const script = z.object({ id: z.string(), modified_on: z.string().nullish() });
const settings = z.object({
  bindings: z
    .array(
      z.object({
        type: z.string(),
        name: z.string(),
        text: z.string().optional(),
        dataset: z.string().optional(),
        simple: z.object({ limit: z.number(), period: z.number() }).optional(),
      }),
    )
    .default([]),
  observability: z
    .object({ logs: z.object({ invocation_logs: z.boolean().nullish() }).nullish() })
    .nullish(),
});

/** A binding of a Worker, with its text in clear, the numbers of a limit, or a dataset. */
export type Binding = Readonly<z.output<typeof settings>["bindings"][number]>;

const NEEDED = PERMISSIONS.readWorkers;

export function listWorkers({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.workers.scripts.list({ account_id: accountId });
  return listAll(NEEDED, { what: "a Worker", schema: script }, list);
}

/** Reads the bindings and the observability settings of a Worker. */
export function readWorker({ accountId, cloudflare }: Connection, name: string) {
  const { scriptAndVersionSettings } = cloudflare.workers.scripts;
  const request = () => scriptAndVersionSettings.get(name, { account_id: accountId });
  return tryCheck(NEEDED, { what: "a Worker", schema: settings }, request);
}

const triggers = z
  .object({ schedules: z.array(z.object({ cron: z.string() })) })
  .transform(({ schedules }) => schedules.map(({ cron }) => cron));

/** Lists the cron expressions of a Worker's triggers. */
export function listSchedules({ accountId, cloudflare }: Connection, name: string) {
  const request = () => cloudflare.workers.scripts.schedules.get(name, { account_id: accountId });
  return tryCheck(NEEDED, { what: "triggers", schema: triggers }, request);
}

const subdomain = z.object({ enabled: z.boolean(), previews_enabled: z.boolean() });

/** Reads whether a Worker is served on workers.dev, and its previews. */
export function readSubdomain({ accountId, cloudflare }: Connection, name: string) {
  const request = () => cloudflare.workers.scripts.subdomain.get(name, { account_id: accountId });
  return tryCheck(NEEDED, { what: "a Worker's address", schema: subdomain }, request);
}

const label = z
  .object({ subdomain: z.string().regex(/^[a-z0-9-]{1,63}$/) })
  .transform((answer) => answer.subdomain);

/**
 * Reads the account's own label below workers.dev. An imitation is not asked: its label is
 * somebody else's at Cloudflare, and callers' tokens go to the address made of it.
 */
export async function readAccountSubdomain({
  accountId,
  cloudflare,
}: Connection): Promise<Answer<string>> {
  if (!isTrustedApi(cloudflare.baseURL, "production")) {
    const reason = "CLOUDFLARE_BASE_URL is an imitation, whose subdomain is somebody else's";
    return { kind: "unknown", reason };
  }
  const request = () => cloudflare.workers.subdomains.get({ account_id: accountId });
  return tryCheck(NEEDED, { what: "a subdomain", schema: label }, request);
}

const domain = z.object({ hostname: z.string() }).transform(({ hostname }) => hostname);

/** Lists the custom domains that lead to a Worker. */
export function listHostnames({ accountId, cloudflare }: Connection, service: string) {
  const list = () => cloudflare.workers.domains.list({ account_id: accountId, service });
  return listAll(NEEDED, { what: "a custom domain", schema: domain }, list);
}
