/** The deployed Worker: bound to this stack's gateway, with this stack's policy, at the declared addresses. */
import type { Stack } from "../../policy/offline.ts";
import { tryAsk, type Account } from "../account.ts";
import { verdict, withoutAnswer, type Finding } from "./finding.ts";

const PERMISSION = "Workers Scripts Read";

export async function checkWorker({ stack, accountId, cloudflare }: Account) {
  const { name } = stack.settings.worker;
  const about = `Worker ${name}`;
  const question = cloudflare.workers.scripts.scriptAndVersionSettings.get(name, {
    account_id: accountId,
  });
  const answer = await tryAsk(PERMISSION, question);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, remedyFor(stack));
  const { bindings = [], observability } = answer.value;
  const problems = [
    ...judgeBindings(stack, bindings),
    ...judgeConsole(observability?.logs?.invocation_logs),
  ];
  return verdict(about, withRemedy(stack, problems), "bound as declared, to this stack's gateway");
}

interface Binding {
  readonly name: string;
  readonly type: string;
  readonly text?: unknown;
}

/** The texts that the settings decide. What is secret is not readable, only that it is there. */
export function workerTexts({ name, settings }: Stack): Readonly<Record<string, string>> {
  const { worker, gatewayId, logs } = settings;
  return {
    GATEWAY_ID: gatewayId,
    COLLECT_LOGS: logs.collect,
    MODELS: JSON.stringify(worker.models),
    ACCESS: worker.access,
    ORIGINS: JSON.stringify(worker.origins),
    FALLBACKS: JSON.stringify(worker.fallbacks),
    TIMEOUT_MS: String(worker.timeoutSeconds * 1000),
    MAX_BODY_BYTES: String(worker.maxBodyBytes),
    STACK: name,
    ...(worker.cloudflareAccess && { CLOUDFLARE_ACCESS: JSON.stringify(worker.cloudflareAccess) }),
  };
}

export function judgeBindings(stack: Stack, bindings: readonly Binding[]): readonly string[] {
  const { anonymousCallers, worker } = stack.settings;
  const found = new Map(bindings.map((binding) => [binding.name, binding]));
  const texts = Object.entries(workerTexts(stack)).flatMap(([name, declared]) => {
    const text = JSON.stringify(found.get(name)?.text) ?? "missing";
    const shouldBe = JSON.stringify(declared);
    return text === shouldBe ? [] : [`${name} is ${text}, declared is ${shouldBe}`];
  });
  const isDeclared: Readonly<Record<string, boolean>> = {
    CALLER_HASH_KEY: anonymousCallers !== undefined,
    CALLER_LIMIT: worker.callerLimit !== undefined,
    CLOUDFLARE_ACCESS: worker.cloudflareAccess !== undefined,
  };
  const missing = ["AI", "CALLERS", "CALLER_HASH_KEY", "CALLER_LIMIT"]
    .filter((name) => !found.has(name) && isDeclared[name] !== false)
    .map((name) => `${name} is missing`);
  const surplus = Object.keys(isDeclared)
    .filter((name) => found.has(name) && isDeclared[name] === false)
    .map((name) => `${name} is bound, and the stack declares none`);
  return [...texts, ...missing, ...surplus];
}

/** The runtime's own line about a request holds its headers, the caller's token among them. */
export function judgeConsole(invocationLogs: boolean | null | undefined): readonly string[] {
  return invocationLogs === true
    ? ["observability stores the runtime's own line, with each request's headers"]
    : [];
}

export async function checkAddresses({ stack, accountId, cloudflare }: Account) {
  const { worker } = stack.settings;
  const about = "addresses";
  const account = { account_id: accountId };
  const [subdomain, domains] = await Promise.all([
    tryAsk(PERMISSION, cloudflare.workers.scripts.subdomain.get(worker.name, account)),
    tryAsk(
      PERMISSION,
      cloudflare.workers.domains
        .list({ ...account, service: worker.name })
        .then((all) => all.result),
    ),
  ]);
  const findings: Finding[] = [];
  if (subdomain.kind !== "answer") {
    findings.push(...withoutAnswer(`${about}: workers.dev`, subdomain, remedyFor(stack)));
  } else {
    const problems = judgeSubdomain(stack, subdomain.value);
    const kept = `workers.dev is ${worker.workersDev ? "on" : "off"}, previews are off`;
    findings.push(...verdict(`${about}: workers.dev`, withRemedy(stack, problems), kept));
  }
  if (domains.kind !== "answer") {
    findings.push(...withoutAnswer(`${about}: domain`, domains, remedyFor(stack)));
  } else {
    const hostnames = domains.value.map(({ hostname }) => hostname);
    const problems = judgeDomains(stack, hostnames);
    const kept = worker.domain === undefined ? "no custom domain" : `${worker.domain} is served`;
    findings.push(...verdict(`${about}: domain`, withRemedy(stack, problems), kept));
  }
  return findings;
}

export function judgeSubdomain(
  { settings: { worker } }: Stack,
  found: { readonly enabled: boolean; readonly previews_enabled: boolean },
): readonly string[] {
  return [
    ...(found.enabled === worker.workersDev
      ? []
      : [`workers.dev is ${found.enabled ? "on" : "off"}, declared is ${worker.workersDev}`]),
    ...(found.previews_enabled ? ["previews are on: a second door that no stack opens"] : []),
  ];
}

export function judgeDomains(
  { settings: { worker } }: Stack,
  hostnames: readonly string[],
): readonly string[] {
  const declared = worker.domain === undefined ? [] : [worker.domain];
  return [
    ...declared
      .filter((name) => !hostnames.includes(name))
      .map((name) => `${name} does not lead to the Worker`),
    ...hostnames
      .filter((name) => !declared.includes(name))
      .map((name) => `${name} leads to the Worker, and the stack does not declare it`),
  ];
}

function remedyFor({ name }: Stack): string {
  return `run pulumi up --refresh --stack ${name}`;
}

function withRemedy(stack: Stack, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${problem}; ${remedyFor(stack)}`);
}
