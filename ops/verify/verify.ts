/** Checks every promise of a stack, one after the other. */
import type { Account } from "../account/account.ts";
import { readOnce } from "../account/read-once.ts";
import type { Finding } from "../look/finding.ts";
import { checkAlerts } from "./alerts.ts";
import { flyCanaries, type Canaries, type CanaryArgs } from "./canaries.ts";
import { checkCanariesCounted, checkCoverage } from "./coverage.ts";
import { checkGateway } from "./gateway.ts";
import { checkLogpush } from "./logpush.ts";
import { checkLogs } from "./logs.ts";
import { checkProviderKeys } from "./provider-keys.ts";
import { checkOwnToken, checkReaders } from "./tokens.ts";
import { checkUndeclared } from "./undeclared.ts";
import { checkAddresses, checkRetention, checkWorker } from "./worker.ts";

type Check = (account: Account) => Promise<readonly Finding[]>;

const CHECKS: Readonly<Record<string, Check>> = {
  gateway: checkGateway,
  logs: checkLogs,
  worker: checkWorker,
  retention: checkRetention,
  logpush: checkLogpush,
  "keys of providers": (account) => checkProviderKeys(account),
  alerts: checkAlerts,
  addresses: checkAddresses,
  readers: checkReaders,
  token: checkOwnToken,
  coverage: (account) => checkCoverage(account),
  "the rest": checkUndeclared,
};

const CLOCKS_MS = 60_000;

/** Runs every check, then the canaries. */
export async function verify(
  account: Account,
  canaries: CanaryArgs,
  onProgress: (what: string) => void,
): Promise<Canaries> {
  const findings: Finding[] = [];
  const still = readOnce(account);
  for (const [name, check] of Object.entries(CHECKS)) {
    onProgress(`looking at ${name} …`);
    findings.push(...(await check(still)));
  }
  onProgress("looking at canaries …");
  // The clocks of two machines differ.
  const since = Date.now() - CLOCKS_MS;
  const flown = await flyCanaries(account, canaries);
  const counted = await checkCanariesCounted(account, flown.flights, { ...canaries, since });
  return { ...flown, findings: [...findings, ...flown.findings, ...counted] };
}
