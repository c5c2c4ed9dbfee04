/** Canaries through the Worker, and what each left in the log. */
import { collected } from "../../policy/gateway/collect.ts";
import { workerUrl } from "../../policy/gateway/worker-texts.ts";
import type { Account, Answer } from "../account/account.ts";
import { judgeAnswer, judgeLogs, leavesLog } from "./canary-judge.ts";
import { findLogs, poll, type CanaryLog, type Patience } from "./canary-log.ts";
import { KINDS, sendCanary, type Canary, type Door } from "./canary.ts";
import { finding, withoutAnswer, type Finding } from "./finding.ts";

export interface Flight {
  readonly canary: Canary;
  readonly logs: readonly CanaryLog[];
}

export interface Canaries {
  readonly findings: readonly Finding[];
  readonly flights: readonly Flight[];
}

export interface CanaryArgs extends Patience {
  readonly url: string | undefined;
  readonly token: string | undefined;
}

/** Sends them at once, waits for their logs, and looks for what must not be there when the wait is over. */
export async function flyCanaries(account: Account, args: CanaryArgs): Promise<Canaries> {
  const door = openDoor(account, args);
  if (typeof door === "string") {
    const says = `not looked at, because ${door}`;
    return { findings: [finding("unknown", "canaries", says)], flights: [] };
  }
  const model = account.stack.settings.worker.models[0] ?? "";
  const sent = await Promise.all(KINDS.map((kind) => sendCanary(kind, door, model)));
  const flown = await Promise.all(sent.map((canary) => follow(account, canary, args)));
  return {
    findings: flown.flatMap(({ findings }) => findings),
    flights: flown.map(({ flight }) => flight),
  };
}

function openDoor({ stack }: Account, { url, token }: CanaryArgs): Door | string {
  const address = url ?? workerUrl(stack.settings);
  if (address === undefined) {
    return "the stack file does not say the Worker's address; give --url, or set worker.workersDevSubdomain";
  }
  if (token === undefined && stack.settings.worker.access === "token") {
    return "AI_GATEWAY_CALLER_TOKEN is not set: the token of one of the stack's callers";
  }
  return { url: new URL(address), token };
}

interface Followed {
  readonly findings: readonly Finding[];
  readonly flight: Flight;
}

async function follow(account: Account, canary: Canary, patience: Patience): Promise<Followed> {
  const answer = judgeAnswer(canary);
  const logs = await watch(account, canary, patience);
  const found = logs.kind === "answer" ? logs.value : [];
  const flight = { canary, logs: found };
  if (answer !== undefined) return { findings: [answer], flight };
  if (logs.kind !== "answer") {
    const about = `canary: ${canary.kind}`;
    const findings = withoutAnswer(about, logs, `run pulumi up --stack ${account.stack.name}`);
    return { findings, flight };
  }
  return { findings: judgeLogs(account.stack, canary, found), flight };
}

/** A log that is promised ends the wait; what must not come is waited for to the end. */
function watch(
  account: Account,
  canary: Canary,
  patience: Patience,
): Promise<Answer<readonly CanaryLog[]>> {
  const { stack } = account;
  const { bodies: isStored } = collected(stack.settings.logs);
  const isEnough = (logs: readonly CanaryLog[]) =>
    isStored && leavesLog(stack, canary.kind) && logs.some(({ bodies }) => bodies.length > 0);
  return poll(() => findLogs(account, canary), isEnough, patience);
}
