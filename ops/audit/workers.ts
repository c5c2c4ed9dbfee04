/** Which gateway each Worker of the account calls. */
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import { ask, checkAnswer } from "../account/account.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";

const scriptSchema = z.object({ id: z.string() });
const settingsSchema = z.object({
  bindings: z
    .array(z.object({ type: z.string(), name: z.string(), text: z.string().optional() }))
    .default([]),
});

type Bindings = z.output<typeof settingsSchema>["bindings"];

// Accounts may have hundreds of Workers, and each is a question of its own.
const AT_ONCE = 5;

export async function auditWorkers(
  declared: Declared,
  onProgress: (text: string) => void = () => {},
): Promise<readonly Finding[]> {
  const { accountId, cloudflare, stacks } = declared;
  const list = Array.fromAsync(cloudflare.workers.scripts.list({ account_id: accountId }));
  const scripts = await ask("list the Workers", "Workers Scripts Read", list);
  const names = scripts.map((script) => checkAnswer("a Worker", scriptSchema, script).id);
  const findings: Finding[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const bindings = await Promise.all(some.map((name) => readBindings(declared, name)));
    findings.push(...some.flatMap((name, index) => judge(name, bindings[index] ?? [], stacks)));
    onProgress(`${start + some.length} of ${count(names.length, "Worker")} read`);
  }
  const missing = stacks.filter(({ settings }) => !names.includes(settings.worker.name));
  return [
    ...findings,
    ...missing.map(({ name, settings }): Finding => ({
      area: "Workers",
      kind: "note",
      where: settings.worker.name,
      what: `stack ${name} declares it, and the account does not have it (not deployed yet?)`,
    })),
  ];
}

async function readBindings({ accountId, cloudflare }: Declared, name: string): Promise<Bindings> {
  const settings = await ask(
    `read the bindings of Worker ${JSON.stringify(name)}`,
    "Workers Scripts Read",
    cloudflare.workers.scripts.scriptAndVersionSettings.get(name, { account_id: accountId }),
  );
  return checkAnswer("a Worker", settingsSchema, settings).bindings;
}

function judge(worker: string, bindings: Bindings, stacks: readonly Stack[]): readonly Finding[] {
  const gateway = bindings.find(({ name }) => name === "GATEWAY_ID");
  const hasAi = bindings.some(({ type }) => type === "ai");
  const about = { area: "Workers", where: worker } as const;
  const owner = stacks.find(({ settings }) => settings.worker.name === worker);
  if (owner !== undefined) {
    const wrong = judgeOwn(owner, gateway, hasAi);
    if (wrong === undefined) {
      return [{ ...about, kind: "ok", what: `calls ${owner.settings.gatewayId}, as declared` }];
    }
    return [{ ...about, kind: "wrong", what: wrong, remedy: `pulumi up --stack ${owner.name}` }];
  }
  if (!hasAi) return [];
  const twin = stacks.find(({ settings }) => settings.gatewayId === gateway?.text);
  const what =
    twin === undefined
      ? "has an AI binding and no declared GATEWAY_ID: it calls models without a gateway, or through one that its code names"
      : `calls ${twin.settings.gatewayId} beside that stack's Worker: what it stores is its own code's choice`;
  return [{ ...about, kind: "note", what }];
}

/** Undefined where nothing is wrong. */
function judgeOwn(
  { settings, name }: Stack,
  gateway: Bindings[number] | undefined,
  hasAi: boolean,
): string | undefined {
  const declared = `stack ${name} declares ${settings.gatewayId}`;
  if (gateway === undefined) return `has no binding GATEWAY_ID; ${declared}`;
  if (gateway.type !== "plain_text")
    return `has a GATEWAY_ID that is a ${gateway.type}; ${declared}`;
  if (!gateway.text) return `has an empty GATEWAY_ID; ${declared}`;
  if (gateway.text !== settings.gatewayId) {
    return `calls gateway ${JSON.stringify(gateway.text)}; ${declared}`;
  }
  return hasAi ? undefined : "has no AI binding";
}
