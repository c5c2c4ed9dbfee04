/** The Workers of an account: what each is bound to, when it wakes and where it answers. */
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { checkAnswer, listAll, tryAsk, type Answer, type Connection } from "../account/account.ts";

const script = z.object({ id: z.string() });
const settings = z.object({
  bindings: z
    .array(z.object({ type: z.string(), name: z.string(), text: z.string().optional() }))
    .default([]),
  observability: z
    .object({ logs: z.object({ invocation_logs: z.boolean().nullish() }).nullish() })
    .nullish(),
});

export type WorkerSettings = Readonly<z.output<typeof settings>>;
export type Binding = Readonly<WorkerSettings["bindings"][number]>;

const NEEDED = PERMISSIONS.readWorkers;

export function listWorkers({ accountId, cloudflare }: Connection) {
  const pages = cloudflare.workers.scripts.list({ account_id: accountId });
  return listAll(NEEDED, { what: "a Worker", schema: script }, pages);
}

export function readWorker(
  { accountId, cloudflare }: Connection,
  name: string,
): Promise<Answer<WorkerSettings>> {
  const { scriptAndVersionSettings } = cloudflare.workers.scripts;
  const question = scriptAndVersionSettings.get(name, { account_id: accountId });
  return tryAsk(
    NEEDED,
    question.then((raw) => checkAnswer("a Worker", settings, raw)),
  );
}

/** Lists the times at which a Worker is woken, as cron expressions. */
export function listSchedules(
  { accountId, cloudflare }: Connection,
  name: string,
): Promise<Answer<readonly string[]>> {
  const question = cloudflare.workers.scripts.schedules.get(name, { account_id: accountId });
  return tryAsk(
    NEEDED,
    question.then(({ schedules }) => schedules.map(({ cron }) => cron)),
  );
}

export function readSubdomain({ accountId, cloudflare }: Connection, name: string) {
  const question = cloudflare.workers.scripts.subdomain.get(name, { account_id: accountId });
  return tryAsk(NEEDED, question);
}

/** Lists the custom domains that lead to a Worker. */
export function listHostnames(
  { accountId, cloudflare }: Connection,
  service: string,
): Promise<Answer<readonly string[]>> {
  const question = cloudflare.workers.domains.list({ account_id: accountId, service });
  return tryAsk(
    NEEDED,
    question.then(({ result }) => result.map(({ hostname }) => hostname)),
  );
}
