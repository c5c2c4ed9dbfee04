/** Every promise of a stack against its account, one after the other. */
import type { Account } from "../account/account.ts";
import { flyCanaries, type CanaryArgs, type Flight } from "./canaries.ts";
import type { Check, Finding } from "./finding.ts";
import { checkGateway } from "./gateway.ts";
import { checkLogpush } from "./logpush.ts";
import { checkLogs } from "./logs.ts";
import { checkRetention } from "./retention.ts";
import { checkOwnToken, checkReaders } from "./tokens.ts";
import { checkAddresses, checkWorker } from "./worker.ts";

const CHECKS: Readonly<Record<string, Check>> = {
  gateway: checkGateway,
  logs: checkLogs,
  worker: checkWorker,
  retention: checkRetention,
  logpush: checkLogpush,
  addresses: checkAddresses,
  readers: checkReaders,
  token: checkOwnToken,
};

export interface Verification {
  readonly findings: readonly Finding[];
  readonly flights: readonly Flight[];
}

export async function verify(
  account: Account,
  canaries: CanaryArgs,
  onProgress: (what: string) => void,
): Promise<Verification> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    onProgress(`looking at ${name} …`);
    findings.push(...(await check(account)));
  }
  onProgress("looking at canaries …");
  const flown = await flyCanaries(account, canaries);
  return { findings: [...findings, ...flown.findings], flights: flown.flights };
}
