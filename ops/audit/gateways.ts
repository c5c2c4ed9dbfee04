import { FREE_PLAN_LOGS, GATEWAYS, PAID_PLAN_LOGS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { need } from "../account/account.ts";
import { finding, type Finding } from "../look/finding.ts";
import { listGateways, type ListedGateway } from "../look/gateways.ts";
import { listLogs } from "../look/logs-api.ts";
import type { Declared } from "./declared.ts";

// Cloudflare makes this gateway for a request that names none.
const DEFAULT = "default";

type Gateways = readonly ListedGateway[];
type Plan = keyof typeof GATEWAYS;

/** Lists the account's gateways. Throws a CommandError where that fails. */
export async function readGateways(declared: Declared): Promise<Gateways> {
  return need(`list the gateways of account ${declared.accountId}`, await listGateways(declared));
}

/** Finds gateways that no stack declares, and declared ones that are absent. */
export async function auditGateways(
  declared: Declared,
  gateways: Gateways,
): Promise<readonly Finding[]> {
  const findings = await Promise.all(gateways.map((gateway) => auditGateway(declared, gateway)));
  const missing = declared.stacks.filter(
    ({ settings }) => !gateways.some(({ id }) => id === settings.gatewayId),
  );
  return [...findings, ...missing.map(({ name, settings }) => notThere(settings.gatewayId, name))];
}

/** Reports, as a note, what a stack declares and the account lacks. */
export function notThere(about: string, stack: string): Finding {
  const message = `stack ${stack} declares it, and the account does not have it (not deployed yet?)`;
  return finding("note", about, message);
}

async function auditGateway(
  declared: Declared,
  { id, collect_logs: isCollecting }: ListedGateway,
): Promise<Finding> {
  const owner = declared.stacks.find(({ settings }) => settings.gatewayId === id);
  if (owner !== undefined) return finding("kept", id, `declared by stack ${owner.name}`);
  const newest = await newestLog(declared, id);
  const stores = isCollecting ? "collects logs, prompts too," : "collects no logs";
  const use = newest === undefined ? "has none yet" : `has one of ${newest}`;
  if (id !== DEFAULT) {
    return {
      ...finding("broken", id, `no stack file declares it; it ${stores} and ${use}`),
      remedy: "take it into a stack file, or delete it in the dashboard, which may delete its logs",
    };
  }
  if (!isCollecting && newest === undefined) {
    return finding("note", id, "exists, collects no logs and has none");
  }
  return {
    ...finding("broken", id, `${stores} and ${use}: calls that name no gateway land there`),
    remedy:
      "find the callers and give them a gateway id; switch its logs off in the dashboard (deleted, it comes back)",
  };
}

async function newestLog(declared: Declared, gatewayId: string): Promise<string | undefined> {
  const gateway = { ...declared, gatewayId };
  const newest = await listLogs(gateway, { perPage: 1 }, ({ result }) => result[0]?.created_at);
  return need(`list the logs of ${gatewayId}`, newest);
}

/** Compares number and caps with the plan; Workers Observability has no documented caps. */
export function auditStorage(
  { stacks }: Pick<Declared, "stacks">,
  gateways: Gateways,
): readonly Finding[] {
  // Where the files disagree, which a rule of the review reports, the stricter one holds.
  const plan = stacks.every(({ settings }) => settings.plan === "paid") ? "paid" : "free";
  const isLegacy = stacks.some(({ settings }) => settings.logs.system === "legacy");
  const number = auditNumber(gateways.length, plan);
  if (!isLegacy) return [number];
  return [number, ...(plan === "paid" ? auditPaidCaps(gateways) : [auditFreeCaps(gateways)])];
}

function auditNumber(present: number, plan: Plan): Finding {
  const limit = GATEWAYS[plan];
  const message = `${present} of ${limit} gateways of the ${plan} plan`;
  if (present < limit) return finding("kept", "account", message);
  const remedy = "delete one that nobody needs, before the next stack is deployed";
  return { ...finding("broken", "account", message), remedy };
}

function auditPaidCaps(gateways: Gateways): readonly Finding[] {
  const over = gateways.filter((gateway) => capOf(gateway) > PAID_PLAN_LOGS);
  return over.map((gateway) => {
    const message = `its cap is ${count(capOf(gateway), "log")}; the paid plan stores ${count(PAID_PLAN_LOGS, "log")} a gateway`;
    const remedy = "lower it, so that what is declared is what happens";
    return { ...finding("broken", gateway.id, message), remedy };
  });
}

function auditFreeCaps(gateways: Gateways): Finding {
  const sum = gateways.reduce((total, gateway) => total + capOf(gateway), 0);
  const message = `caps of ${count(sum, "log")} in ${count(gateways.length, "gateway")}; the free plan stores ${count(FREE_PLAN_LOGS, "log")} of all together`;
  if (sum <= FREE_PLAN_LOGS) return finding("kept", "account", message);
  const largest = gateways.toSorted((a, b) => capOf(b) - capOf(a))[0];
  const remedy = `lower the caps, ${largest?.id} first, or set plan to paid if the account is; which gateway loses logs when it is full is not documented`;
  return { ...finding("broken", "account", message), remedy };
}

function capOf({ log_management }: ListedGateway): number {
  return log_management ?? PAID_PLAN_LOGS;
}
