/** The Worker that deletes old logs: deployed, for this gateway and these days, and woken by its trigger. */
import type { Stack } from "../../policy/stack/stack.ts";
import { retentionWorkerName } from "../../policy/gateway/names.ts";
import { tryAsk, type Account } from "../account/account.ts";
import { deployAgain, verdict, withRemedy, withoutAnswer, type Finding } from "./finding.ts";
import { judgeTexts } from "./worker.ts";

const PERMISSION = "Workers Scripts Read";

export async function checkRetention(account: Account): Promise<readonly Finding[]> {
  const { stack, accountId, cloudflare } = account;
  const name = retentionWorkerName(stack.settings);
  if (name === undefined) return [];
  const about = `Worker ${name}`;
  const remedy = deployAgain(stack);
  const { scriptAndVersionSettings, schedules } = cloudflare.workers.scripts;
  const params = { account_id: accountId };
  const settings = await tryAsk(PERMISSION, scriptAndVersionSettings.get(name, params));
  if (settings.kind !== "answer") return withoutAnswer(about, settings, remedy);
  const triggers = await tryAsk(PERMISSION, schedules.get(name, params));
  if (triggers.kind !== "answer") return withoutAnswer(about, triggers, remedy);
  const crons = triggers.value.schedules.map(({ cron }) => cron);
  const problems = judgeRetention(stack, settings.value.bindings ?? [], crons);
  const kept = `deletes logs of this gateway, woken at ${crons.join(", ")}`;
  return verdict(about, withRemedy(problems, remedy), kept);
}

export function judgeRetention(
  { settings }: Stack,
  bindings: readonly { readonly name: string; readonly text?: unknown }[],
  crons: readonly string[],
): readonly string[] {
  const declared = { GATEWAY_ID: settings.gatewayId, KEEP_DAYS: String(settings.logs.keepDays) };
  const texts = judgeTexts(declared, bindings);
  return crons.length > 0 ? texts : [...texts, "no trigger wakes it"];
}
