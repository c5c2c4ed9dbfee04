/** The deployed Worker: bound to this stack's gateway, with this stack's policy, at the declared addresses. */
import { workerBindings, type WorkerBinding } from "../../policy/gateway/worker-texts.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { tryAsk, type Account } from "../account/account.ts";
import { deployAgain, verdict, withRemedy, withoutAnswer, type Finding } from "./finding.ts";

const PERMISSION = "Workers Scripts Read";

export async function checkWorker({ stack, accountId, cloudflare }: Account) {
  const { name } = stack.settings.worker;
  const about = `Worker ${name}`;
  const question = cloudflare.workers.scripts.scriptAndVersionSettings.get(name, {
    account_id: accountId,
  });
  const answer = await tryAsk(PERMISSION, question);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, deployAgain(stack));
  const { bindings = [], observability } = answer.value;
  const problems = [
    ...judgeBindings(stack, bindings),
    ...judgeConsole(observability?.logs?.invocation_logs),
  ];
  return verdict(
    about,
    withRemedy(problems, deployAgain(stack)),
    "bound as declared, to this stack's gateway",
  );
}

interface Binding {
  readonly name: string;
  readonly type: string;
  readonly text?: unknown;
}

/** Compares the texts in clear; of the other bindings, the API says no more than that they are there. */
export function judgeBindings(stack: Stack, bindings: readonly Binding[]): readonly string[] {
  const { name: stackName, settings } = stack;
  const { gatewayId } = settings;
  const around = { stackName, gatewayId, release: undefined };
  const byName: Readonly<Record<string, WorkerBinding<string | undefined> | undefined>> =
    workerBindings(around, settings);
  const texts: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, declared] of Object.entries(byName)) {
    const isBound = bindings.some((binding) => binding.name === name);
    if (declared === undefined) {
      if (isBound) problems.push(`${name} is bound, and the stack declares none`);
    } else if (declared.type === "plain_text" && declared.text !== undefined) {
      texts[name] = declared.text;
    } else if (!isBound) {
      problems.push(`${name} is missing`);
    }
  }
  return [...judgeTexts(texts, bindings), ...problems];
}

/** Bindings in clear, each against its declared text. */
export function judgeTexts(
  declared: Readonly<Record<string, string>>,
  bindings: readonly Pick<Binding, "name" | "text">[],
): readonly string[] {
  return Object.entries(declared).flatMap(([name, text]) => {
    const is = bindings.find((binding) => binding.name === name)?.text;
    return is === text
      ? []
      : [`${name} is ${JSON.stringify(is) ?? "missing"}, declared is ${JSON.stringify(text)}`];
  });
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
    findings.push(...withoutAnswer(`${about}: workers.dev`, subdomain, deployAgain(stack)));
  } else {
    const problems = judgeSubdomain(stack, subdomain.value);
    const kept = `workers.dev is ${worker.workersDev ? "on" : "off"}, previews are off`;
    findings.push(
      ...verdict(`${about}: workers.dev`, withRemedy(problems, deployAgain(stack)), kept),
    );
  }
  if (domains.kind !== "answer") {
    findings.push(...withoutAnswer(`${about}: domain`, domains, deployAgain(stack)));
  } else {
    const hostnames = domains.value.map(({ hostname }) => hostname);
    const problems = judgeDomains(stack, hostnames);
    const kept = worker.domain === undefined ? "no custom domain" : `${worker.domain} is served`;
    findings.push(...verdict(`${about}: domain`, withRemedy(problems, deployAgain(stack)), kept));
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
