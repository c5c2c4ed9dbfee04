import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import { need } from "../account/account.ts";
import { deployAgain, finding, type Finding } from "../look/finding.ts";
import { listWorkers, readWorker, type Binding } from "../look/workers.ts";
import type { Declared } from "./declared.ts";
import { notThere } from "./gateways.ts";

// Accounts may have hundreds of Workers, and each takes a request of its own.
const AT_ONCE = 5;

/** Finds Workers that call models and are not declared, and declared ones that differ. */
export async function auditWorkers(
  declared: Declared,
  onProgress: (text: string) => void,
): Promise<readonly Finding[]> {
  const { stacks } = declared;
  const names = need("list the Workers", await listWorkers(declared)).map(({ id }) => id);
  const findings: Finding[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const found = await Promise.all(some.map((name) => auditWorker(declared, name)));
    findings.push(...found.flat());
    onProgress(`${start + some.length} of ${count(names.length, "Worker")} read`);
  }
  const missing = stacks.filter(({ settings }) => !names.includes(settings.worker.name));
  return [
    ...findings,
    ...missing.map(({ name, settings }) => notThere(settings.worker.name, name)),
  ];
}

async function auditWorker(declared: Declared, worker: string): Promise<readonly Finding[]> {
  const what = `read the bindings of Worker ${JSON.stringify(worker)}`;
  const { bindings } = need(what, await readWorker(declared, worker));
  const gateway = bindings.find(({ name }) => name === "GATEWAY_ID");
  const hasAi = bindings.some(({ type }) => type === "ai");
  const owner = declared.stacks.find(({ settings }) => settings.worker.name === worker);
  if (owner !== undefined) {
    const wrong = judgeOwn(owner, gateway, hasAi);
    return wrong === undefined
      ? [finding("kept", worker, `calls ${owner.settings.gatewayId}, as declared`)]
      : [{ ...finding("broken", worker, wrong), remedy: deployAgain(owner) }];
  }
  return hasAi ? [finding("note", worker, describeOther(gateway, declared.stacks))] : [];
}

function describeOther(gateway: Binding | undefined, stacks: readonly Stack[]): string {
  const twin = stacks.find(({ settings }) => settings.gatewayId === gateway?.text);
  return twin === undefined
    ? "has an AI binding and no declared GATEWAY_ID: it calls models without a gateway, or through one that its code names"
    : `calls ${twin.settings.gatewayId} beside that stack's Worker: what it stores is its own code's choice`;
}

/** Returns what is wrong with a declared Worker, or undefined. */
function judgeOwn(
  { settings, name }: Stack,
  gateway: Binding | undefined,
  hasAi: boolean,
): string | undefined {
  const declared = `stack ${name} declares ${settings.gatewayId}`;
  if (gateway === undefined) return `has no binding GATEWAY_ID; ${declared}`;
  const { type, text } = gateway;
  if (type !== "plain_text") return `has a GATEWAY_ID that is a ${type}; ${declared}`;
  if (!text) return `has an empty GATEWAY_ID; ${declared}`;
  if (text !== settings.gatewayId) {
    return `calls gateway ${JSON.stringify(text)}; ${declared}`;
  }
  return hasAi ? undefined : "has no AI binding";
}
