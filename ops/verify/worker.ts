/** Checks that the deployed Workers have the stack's bindings and addresses. */
import { isOwnLimit } from "../../policy/gateway/callers.ts";
import { retentionWorkerName } from "../../policy/gateway/names.ts";
import { workerBindings, type WorkerBinding } from "../../policy/gateway/worker-bindings.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import type { Account } from "../account/account.ts";
import { deployAgain, judge, problemsIf, type Finding } from "../look/finding.ts";
import {
  listHostnames,
  listSchedules,
  readSubdomain,
  readWorker,
  type Binding,
} from "../look/workers.ts";

/** Checks the chat Worker's bindings, and what its console records. */
export async function checkWorker(account: Account): Promise<readonly Finding[]> {
  const { stack } = account;
  const { name } = stack.settings.worker;
  const answer = await readWorker(account, name);
  return judge(
    { about: `Worker ${name}`, answer, remedy: deployAgain(stack) },
    ({ bindings, observability }) => [
      ...judgeBindings(stack, bindings),
      ...judgeConsole(observability?.logs?.invocation_logs),
    ],
    "bound as declared, to this stack's gateway",
  );
}

/** Describes the bindings that differ; of secret ones the API shows no more than presence. */
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
  return [
    ...judgeTexts(texts, bindings),
    ...judgeLimits(byName, bindings),
    ...judgeDatasets(byName, bindings),
    ...problems,
  ];
}

/** Describes the datasets that differ. */
function judgeDatasets(
  declared: Readonly<Record<string, WorkerBinding<string | undefined> | undefined>>,
  bindings: readonly Binding[],
): readonly string[] {
  return bindings.flatMap(({ name, dataset }) => {
    const binding = declared[name];
    if (binding?.type !== "analytics_engine" || dataset === binding.dataset) return [];
    return [
      `${name} writes to ${JSON.stringify(dataset) ?? "no dataset"}, declared is ${JSON.stringify(binding.dataset)}`,
    ];
  });
}

/** Describes the rate limits that differ, and those of callers that no caller has any more. */
function judgeLimits(
  declared: Readonly<Record<string, WorkerBinding<string | undefined> | undefined>>,
  bindings: readonly Binding[],
): readonly string[] {
  return bindings.flatMap(({ name, simple }) => {
    const binding = declared[name];
    if (binding === undefined) {
      return problemsIf([isOwnLimit(name), `${name} is bound, and the stack declares none`]);
    }
    if (binding.type !== "ratelimit" || simple === undefined) return [];
    const { limit, period } = binding.simple;
    return problemsIf([
      simple.limit !== limit || simple.period !== period,
      `${name} is ${simple.limit} in ${simple.period} seconds, declared is ${limit} in ${period}`,
    ]);
  });
}

/** Describes the bindings in clear that differ from their declared texts. */
function judgeTexts(
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

/** Reports the runtime's own log line: it holds a request's headers, with the caller's token. */
export function judgeConsole(invocationLogs: boolean | null | undefined): readonly string[] {
  return problemsIf([
    invocationLogs === true,
    "observability stores the runtime's own line, with each request's headers",
  ]);
}

/** Checks the addresses at which the chat Worker is served. */
export async function checkAddresses(account: Account): Promise<readonly Finding[]> {
  const { stack } = account;
  const { domain, name, workersDev } = stack.settings.worker;
  const thing = `Worker ${name}`;
  const remedy = deployAgain(stack);
  const [subdomain, hostnames] = await Promise.all([
    readSubdomain(account, name),
    listHostnames(account, name),
  ]);
  return [
    ...judge(
      { about: "addresses: workers.dev", thing, answer: subdomain, remedy },
      (found) => judgeSubdomain(stack, found),
      `workers.dev is ${workersDev ? "on" : "off"}, previews are off`,
    ),
    ...judge(
      { about: "addresses: domain", thing, answer: hostnames, remedy },
      (found) => judgeDomains(stack, found),
      domain === undefined ? "no custom domain" : `${domain} is served`,
    ),
  ];
}

/** Describes what differs at workers.dev. */
export function judgeSubdomain(
  { settings: { worker } }: Stack,
  found: { readonly enabled: boolean; readonly previews_enabled: boolean },
): readonly string[] {
  return problemsIf(
    [
      found.enabled !== worker.workersDev,
      `workers.dev is ${found.enabled ? "on" : "off"}, declared is ${worker.workersDev}`,
    ],
    [found.previews_enabled, "previews are on: a second door that no stack opens"],
  );
}

/** Describes which custom domains are missing or undeclared. */
export function judgeDomains(
  { settings: { worker } }: Stack,
  hostnames: readonly string[],
): readonly string[] {
  const { domain } = worker;
  const others = hostnames.filter((name) => name !== domain);
  return [
    ...problemsIf([
      domain !== undefined && !hostnames.includes(domain),
      `${domain} does not lead to the Worker`,
    ]),
    ...others.map((name) => `${name} leads to the Worker, and the stack does not declare it`),
  ];
}

/** Checks that the retention Worker is deployed, for this gateway and these days. */
export async function checkRetention(account: Account): Promise<readonly Finding[]> {
  const { stack } = account;
  const name = retentionWorkerName(stack.settings);
  if (name === undefined) return [];
  const look = { about: `Worker ${name}`, remedy: deployAgain(stack) };
  const worker = await readWorker(account, name);
  if (worker.kind !== "answer") return judge({ ...look, answer: worker }, () => [], "");
  return judge(
    { ...look, answer: await listSchedules(account, name) },
    (crons) => judgeRetention(stack, worker.value.bindings, crons),
    (crons) => `deletes logs of this gateway, woken at ${crons.join(", ")}`,
  );
}

export function judgeRetention(
  { settings }: Stack,
  bindings: readonly Pick<Binding, "name" | "text">[],
  crons: readonly string[],
): readonly string[] {
  const declared = { GATEWAY_ID: settings.gatewayId, KEEP_DAYS: String(settings.logs.keepDays) };
  return [
    ...judgeTexts(declared, bindings),
    ...problemsIf([crons.length === 0, "no trigger wakes it"]),
  ];
}
