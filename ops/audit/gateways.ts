/** The account's gateways against the stack files. */
import { z } from "zod";

import { FREE_PLAN_LOGS, GATEWAYS, PAID_PLAN_LOGS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { ask, checkAnswer } from "../account/account.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";

// The special one: made by Cloudflare for a request that names none.
const DEFAULT = "default";

const gatewaySchema = z.object({
  id: z.string(),
  collect_logs: z.boolean(),
  log_management: z.number().nullish(),
});

export type Gateway = Readonly<z.output<typeof gatewaySchema>>;

export async function listGateways({ accountId, cloudflare }: Declared): Promise<Gateway[]> {
  const list = Array.fromAsync(cloudflare.aiGateway.list({ account_id: accountId, per_page: 50 }));
  const gateways = await ask(`list the gateways of account ${accountId}`, "AI Gateway Read", list);
  return gateways.map((gateway) => checkAnswer("a gateway", gatewaySchema, gateway));
}

export async function auditGateways(
  declared: Declared,
  gateways: readonly Gateway[],
): Promise<readonly Finding[]> {
  const { stacks } = declared;
  const findings = gateways.map(async (gateway): Promise<Finding> => {
    const owner = stacks.find(({ settings }) => settings.gatewayId === gateway.id);
    const about = { area: "gateways", where: gateway.id } as const;
    if (owner !== undefined) {
      return { ...about, kind: "ok", what: `declared by stack ${owner.name}` };
    }
    const newest = await newestLog(declared, gateway.id);
    const stores = gateway.collect_logs ? "collects logs, prompts too," : "collects no logs";
    const use = newest === undefined ? "has none yet" : `has one of ${newest}`;
    if (gateway.id !== DEFAULT) {
      return {
        ...about,
        kind: "wrong",
        what: `no stack file declares it; it ${stores} and ${use}`,
        remedy:
          "take it into a stack file, or delete it in the dashboard, which may delete its logs",
      };
    }
    if (!gateway.collect_logs && newest === undefined) {
      return { ...about, kind: "note", what: "exists, collects no logs and has none" };
    }
    return {
      ...about,
      kind: "wrong",
      what: `${stores} and ${use}: calls that name no gateway land there`,
      remedy:
        "find the callers and give them a gateway id; switch its logs off in the dashboard (deleted, it comes back)",
    };
  });
  return [...(await Promise.all(findings)), ...notThere(stacks, gateways)];
}

/** Caps and number against the plan. Nothing is said of caps on Workers Observability, where none is documented. */
export function auditStorage(
  { stacks }: Pick<Declared, "stacks">,
  gateways: readonly Gateway[],
): readonly Finding[] {
  // Where the files disagree, which a rule of the review tells, the stricter one holds.
  const plan = stacks.every(({ settings }) => settings.plan === "paid") ? "paid" : "free";
  const isLegacy = stacks.some(({ settings }) => settings.logs.system === "legacy");
  return [...auditNumber(gateways.length, plan), ...(isLegacy ? auditCaps(gateways, plan) : [])];
}

function auditNumber(present: number, plan: keyof typeof GATEWAYS): readonly Finding[] {
  const limit = GATEWAYS[plan];
  const about = { area: "storage", where: "account" } as const;
  const what = `${present} of ${limit} gateways of the ${plan} plan`;
  if (present < limit) return [{ ...about, kind: "ok", what }];
  const remedy = "delete one that nobody needs, before the next stack is deployed";
  return [{ ...about, kind: "wrong", what, remedy }];
}

function auditCaps(gateways: readonly Gateway[], plan: keyof typeof GATEWAYS): readonly Finding[] {
  const cap = ({ log_management }: Gateway): number => log_management ?? PAID_PLAN_LOGS;
  if (plan === "paid") {
    const over = gateways.filter((gateway) => cap(gateway) > PAID_PLAN_LOGS);
    return over.map((gateway) => ({
      area: "storage",
      kind: "wrong",
      where: gateway.id,
      what: `its cap is ${count(cap(gateway), "log")}; the paid plan stores ${count(PAID_PLAN_LOGS, "log")} a gateway`,
      remedy: "lower it, so that what is declared is what happens",
    }));
  }
  const sum = gateways.reduce((total, gateway) => total + cap(gateway), 0);
  const what = `caps of ${count(sum, "log")} in ${count(gateways.length, "gateway")}; the free plan stores ${count(FREE_PLAN_LOGS, "log")} of all together`;
  const about = { area: "storage", where: "account", what } as const;
  if (sum <= FREE_PLAN_LOGS) return [{ ...about, kind: "ok" }];
  const largest = gateways.toSorted((a, b) => cap(b) - cap(a))[0];
  const remedy = `lower the caps, ${largest?.id} first, or set plan to paid if the account is; which gateway loses logs when it is full is not documented`;
  return [{ ...about, kind: "wrong", remedy }];
}

function notThere(stacks: Declared["stacks"], gateways: readonly Gateway[]): readonly Finding[] {
  return stacks
    .filter(({ settings }) => !gateways.some(({ id }) => id === settings.gatewayId))
    .map(({ name, settings }) => ({
      area: "gateways",
      kind: "note",
      where: settings.gatewayId,
      what: `stack ${name} declares it, and the account does not have it (not deployed yet?)`,
    }));
}

async function newestLog(
  { accountId, cloudflare }: Declared,
  gatewayId: string,
): Promise<string | undefined> {
  const list = cloudflare.aiGateway.logs.list(gatewayId, {
    account_id: accountId,
    order_by: "created_at",
    order_by_direction: "desc",
    per_page: 1,
  });
  const { result } = await ask(`list the logs of ${gatewayId}`, "AI Gateway Read", list);
  return result[0]?.created_at;
}
