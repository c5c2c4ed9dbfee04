/** The Workers of an account: what each is bound to, when it wakes and where it answers. */
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryAsk, tryCheck, type Connection } from "../account/account.ts";

const script = z.object({ id: z.string() });
const settings = z.object({
  bindings: z
    .array(z.object({ type: z.string(), name: z.string(), text: z.string().optional() }))
    .default([]),
  observability: z
    .object({ logs: z.object({ invocation_logs: z.boolean().nullish() }).nullish() })
    .nullish(),
});

export type Binding = Readonly<z.output<typeof settings>["bindings"][number]>;

const NEEDED = PERMISSIONS.readWorkers;

export function listWorkers({ accountId, cloudflare }: Connection) {
  const pages = cloudflare.workers.scripts.list({ account_id: accountId });
  return listAll(NEEDED, { what: "a Worker", schema: script }, pages);
}

export function readWorker({ accountId, cloudflare }: Connection, name: string) {
  const { scriptAndVersionSettings } = cloudflare.workers.scripts;
  const raw = scriptAndVersionSettings.get(name, { account_id: accountId });
  return tryCheck(NEEDED, { what: "a Worker", schema: settings }, raw);
}

/** Lists the times at which a Worker is woken, as cron expressions. */
export function listSchedules({ accountId, cloudflare }: Connection, name: string) {
  const answer = cloudflare.workers.scripts.schedules.get(name, { account_id: accountId });
  const crons = answer.then(({ schedules }) => schedules.map(({ cron }) => cron));
  return tryAsk(NEEDED, crons);
}

export function readSubdomain({ accountId, cloudflare }: Connection, name: string) {
  const question = cloudflare.workers.scripts.subdomain.get(name, { account_id: accountId });
  return tryAsk(NEEDED, question);
}

/** Lists the custom domains that lead to a Worker. */
export function listHostnames({ accountId, cloudflare }: Connection, service: string) {
  const answer = cloudflare.workers.domains.list({ account_id: accountId, service });
  const hostnames = answer.then(({ result }) => result.map(({ hostname }) => hostname));
  return tryAsk(NEEDED, hostnames);
}
