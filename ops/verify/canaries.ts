/** Sends canaries through the Worker, and judges what each left in the log. */
import { collected } from "../../policy/gateway/collect.ts";
import type { Account, Answer } from "../account/account.ts";
import { finding, noGateway, withoutAnswer, type Finding } from "../look/finding.ts";
import { poll, readLogParts, type LogParts, type Patience } from "../look/log-parts.ts";
import { listLogs } from "../look/logs-api.ts";
import { findAddress, type Address } from "./address.ts";
import { judgeAnswer, judgeLogs, leavesLog } from "./canary-judge.ts";
import { KINDS, sendCanary, type Canary, type Door } from "./canary.ts";

export interface Flight {
  readonly canary: Canary;
  readonly logs: readonly LogParts[];
}

/** The canaries' findings, and their flights for the record. */
export interface Canaries {
  readonly findings: readonly Finding[];
  readonly flights: readonly Flight[];
}

/** The Worker's address, a caller's token, and the time to wait. */
export interface CanaryArgs extends Patience {
  readonly url: URL | undefined;
  readonly token: string | undefined;
}

/** Sends all canaries at once, waits for their logs, and checks what they left. */
export async function flyCanaries(account: Account, args: CanaryArgs): Promise<Canaries> {
  const address = await findAddress(account, args.url);
  const door = openDoor(account, address, args);
  if (typeof door === "string") {
    const message = `not looked at, because ${door}`;
    const findings = [...address.findings, finding("unknown", "canaries", message)];
    return { findings, flights: [] };
  }
  const model = account.stack.settings.worker.models[0]?.id ?? "";
  const sent = await Promise.all(KINDS.map((kind) => sendCanary(kind, door, model)));
  const flown = await Promise.all(sent.map((canary) => follow(account, canary, args)));
  return {
    findings: [...address.findings, ...flown.flatMap(({ findings }) => findings)],
    flights: flown.map(({ flight }) => flight),
  };
}

function openDoor(
  { stack }: Account,
  { url, reason }: Address,
  { token }: CanaryArgs,
): Door | string {
  if (url === undefined) return reason;
  if (token === undefined && stack.settings.worker.access === "token") {
    return "AI_GATEWAY_CALLER_TOKEN is not set: the token of one of the stack's callers";
  }
  return { url, token };
}

async function follow(account: Account, canary: Canary, patience: Patience) {
  const { stack } = account;
  const logs = await watch(account, canary, patience);
  const found = logs.kind === "answer" ? logs.value : [];
  const broken = judgeAnswer(canary);
  const about = `canary: ${canary.kind}`;
  const findings =
    broken !== undefined
      ? [broken]
      : logs.kind === "answer"
        ? judgeLogs(stack, canary, found)
        : withoutAnswer(about, logs, noGateway(stack));
  return { findings, flight: { canary, logs: found } };
}

/** Waits for a canary's logs: until the promised one, or to the end for one that must not come. */
function watch(account: Account, canary: Canary, patience: Patience) {
  const { stack } = account;
  const { bodies: isStored } = collected(stack.settings.logs);
  const isEnough = (logs: readonly LogParts[]) =>
    isStored && leavesLog(stack, canary.kind) && logs.some(({ bodies }) => bodies.length > 0);
  return poll(() => readLogs(account, canary), isEnough, patience);
}

/** Reads every log of a canary, with guardrail evaluations: by event id and by log id. */
async function readLogs(
  account: Account,
  { eventId, logId }: Canary,
): Promise<Answer<readonly LogParts[]>> {
  const ids = new Set(logId === undefined ? [] : [logId]);
  if (eventId !== undefined) {
    const filters = [{ key: "event_id" as const, operator: "eq" as const, value: [eventId] }];
    const listed = await listLogs(account, { filters }, ({ result }) => result.map(({ id }) => id));
    if (listed.kind !== "answer") return listed;
    for (const id of listed.value) ids.add(id);
  }
  const logs: LogParts[] = [];
  for (const id of ids) {
    const log = await readLogParts(account, id);
    if (log.kind === "unknown") return log;
    if (log.kind === "answer") logs.push(log.value);
  }
  return { kind: "answer", value: logs };
}
