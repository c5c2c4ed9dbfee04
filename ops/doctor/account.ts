/** Compares what the stack file says of its account with what the account says. */
import { workersDevUrl } from "../../policy/gateway/worker-bindings.ts";
import { OBSERVABILITY_SINCE } from "../../policy/platform.ts";
import { quote } from "../../policy/looks-secret.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import type { Answer, Connection } from "../account/account.ts";
import { finding, notLookedAt, type Finding } from "../look/finding.ts";
import { readCreationDay, readPaysForWorkers } from "../look/plan.ts";
import { readAccountSubdomain } from "../look/workers.ts";

const MISSING = "the account does not report it";

/** Checks log system, plan and workers.dev subdomain. */
export async function checkAccount(
  connection: Connection,
  stack: Stack,
): Promise<readonly Finding[]> {
  const { settings } = stack;
  const [day, isPaid, subdomain] = await Promise.all([
    readCreationDay(connection),
    readPaysForWorkers(connection),
    readAccountSubdomain(connection),
  ]);
  return [
    judgeSystem(settings, day),
    judgePlan(settings, isPaid),
    ...(settings.worker.workersDev ? [judgeSubdomain(settings, subdomain)] : []),
  ];
}

function judgeSystem({ logs }: Settings, day: Answer<string | undefined>): Finding {
  const about = "logSystem";
  if (day.kind !== "answer") return notLookedAt(about, day, MISSING);
  if (day.value === undefined) {
    const message = `not known, because the API does not say when the account was made; legacy before ${OBSERVABILITY_SINCE}, else observability (the file has ${logs.system})`;
    return finding("unknown", about, message);
  }
  const system = day.value < OBSERVABILITY_SINCE ? "legacy" : "observability";
  const made = `the account was made on ${day.value}, which means ${system}`;
  if (system === logs.system) return finding("kept", about, made);
  const remedy = `set ai-gateway:logSystem: ${system}`;
  return { ...finding("broken", about, `is ${logs.system}; ${made}`), remedy };
}

function judgePlan({ plan }: Settings, isPaid: Answer<boolean>): Finding {
  if (isPaid.kind !== "answer") return notLookedAt("plan", isPaid, MISSING);
  const found = isPaid.value ? "a subscription of Workers Paid" : "no subscription of Workers Paid";
  const agrees = isPaid.value === (plan === "paid");
  // A contract may have another name, so that this is no proof.
  const message = `is ${plan}; the account has ${found}, by its name`;
  if (agrees) return finding("kept", "plan", message);
  const remedy = `set ai-gateway:plan: ${isPaid.value ? "paid" : "free"}, unless a contract covers Workers`;
  return { ...finding("warning", "plan", message), remedy };
}

function judgeSubdomain({ worker }: Settings, subdomain: Answer<string>): Finding {
  const about = "workers.dev";
  if (subdomain.kind === "unknown") return notLookedAt(about, subdomain, MISSING);
  const declared = worker.workersDevSubdomain;
  if (subdomain.kind === "missing") {
    const message = "the account has no subdomain yet, which worker.workersDev: true needs";
    const remedy = "choose one in the dashboard, at Workers & Pages";
    return { ...finding("broken", about, message), remedy };
  }
  const { value } = subdomain;
  if (declared !== undefined && declared !== value) {
    const message = `worker.workersDevSubdomain is ${quote(declared)}; the account has ${quote(value)}`;
    const remedy = `set it to ${value}: the address in the outputs would be somebody else's`;
    return { ...finding("broken", about, message), remedy };
  }
  const url = workersDevUrl(worker.name, value);
  return finding("kept", about, `the Worker will answer at ${url}`);
}
