/** Runs `npm run logs`: prints a stack's logs, one log with its bodies, or totals. */
import { setTimeout } from "node:timers/promises";

import { collected } from "../../policy/gateway/collect.ts";
import { PERMISSIONS } from "../../policy/platform.ts";
import { openAccount, type Account } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { endProgress, print, printError, printJson, showProgress } from "../cli/print.ts";
import { readStack } from "../cli/stacks.ts";
import { parseIfGiven, parseSince, readArguments, invalidValue } from "../cli/arguments.ts";
import { describeStranger, namesInLogs } from "../look/caller.ts";
import { findLogs, type Log, type LogQuery } from "../look/logs.ts";
import { followLogs } from "./follow.ts";
import { readCounted } from "./metrics.ts";
import { readOneLog, whyNoBodies } from "./one.ts";
import { countedText, logsText, oneLogText, totalsText } from "./render.ts";
import { sumLogs } from "./totals.ts";

const USAGE = `usage: npm run logs -- --stack NAME [ID] [options]

  ID         one log: x-log-id of an answer, log_id of an error; with its bodies, if they are kept
  --stack    the stack, as in Pulumi.NAME.yaml
  --errors   failed requests only
  --caller   those of one caller; where the stack hashes names, AI_GATEWAY_CALLER_KEY is the key
  --model    a part of the model's name
  --since    30m, 24h, 7d, a day such as 2026-11-01 (UTC), or a moment
  --limit    how many, the newest first (50; 10000 with --totals)
  --totals   requests, errors, tokens and cost: in all, by model, by caller; of a stack with
             telemetry.metrics also what its Worker counted, of three months or --since
  --follow   then new ones as they come, the newest last; Ctrl-C ends it
  --json     for programs; with --follow one object a line

CLOUDFLARE_API_TOKEN needs ${PERMISSIONS.readGateways}, which reads every log of the account, prompts too;
for what a Worker counted, ${PERMISSIONS.readAnalytics}.
exit code: 0, or 2 for invalid arguments, no answer, or no log of a name that is no caller of the stack file`;

const POLL_MS = 3000;
const LIMIT = 50;
const TOTALS_LIMIT = 10_000;
/** The options that may accompany an ID. */
const IDS_OWN: ReadonlySet<string> = new Set(["stack", "json"]);

const OPTIONS = {
  stack: { type: "string" },
  errors: { type: "boolean", default: false },
  caller: { type: "string" },
  model: { type: "string" },
  since: { type: "string" },
  limit: { type: "string" },
  totals: { type: "boolean", default: false },
  follow: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

type Args = Values<typeof OPTIONS>;

export const command = defineCommand({
  usage: USAGE,
  options: OPTIONS,
  allowPositionals: true,
  run: logs,
});

async function logs(args: Args, positionals: readonly string[]): Promise<boolean> {
  const { id, limit, since, stack } = readArguments({
    idle: () => refuseIdle(args, positionals),
    id: () => parseId(positionals),
    limit: () => parseLimit(args),
    since: () => parseIfGiven(args.since, (text) => parseSince(text, new Date())),
    stack: () => readStack(args.stack),
  });
  const account = await openAccount(stack);
  const callers = await parseIfGiven(args.caller, (name) => namesInLogs(stack, name));
  const query = { isErrors: args.errors, callers, model: args.model, since };
  const noCaller = parseIfGiven(args.caller, (name) => describeStranger(stack, name));
  const scene = { account, query, limit, isJson: args.json, noCaller };
  hintAt(account);
  if (id !== undefined) await showOne(scene, id);
  else if (args.totals) await showTotals(scene);
  else if (args.follow) await follow(scene);
  else await showList(scene);
  return true;
}

interface Scene {
  readonly account: Account;
  readonly query: LogQuery;
  readonly limit: number;
  readonly isJson: boolean;
  /** Why the caller's name may be misspelt; undefined for a caller of the stack file. */
  readonly noCaller: string | undefined;
}

async function showList(scene: Scene): Promise<void> {
  const { found } = await take(scene);
  if (scene.isJson) printJson(found, 2);
  if (found.length === 0) refuseStranger(scene);
  if (!scene.isJson) print(found.length === 0 ? "no logs" : logsText(found));
}

/** Throws where no logs are no answer, because their caller's name may be misspelt. */
function refuseStranger({ noCaller }: Scene): void {
  if (noCaller !== undefined) throw new CommandError(`no logs: ${noCaller}`);
}

async function showTotals(scene: Scene): Promise<void> {
  const { found, isCut } = await take(scene);
  const counted = await readCounted(scene.account, scene.query);
  if (found.length === 0 && (counted?.all.requests ?? 0) === 0) refuseStranger(scene);
  const totals = sumLogs(found);
  if (scene.isJson) {
    const lists = {
      byModel: totals.byModel.map(([model, sum]) => ({ model, ...sum })),
      byCaller: totals.byCaller.map(([caller, sum]) => ({ caller, ...sum })),
    };
    printJson({ all: totals.all, ...lists, isCut, counted }, 2);
    return;
  }
  print(totalsText(totals));
  if (counted !== undefined) print(`\n${countedText(counted)}`);
  if (!isCut) return;
  const hint = "there are more; raise --limit, or narrow them with --since";
  print(`\nonly the newest ${scene.limit}: ${hint}`);
}

async function showOne({ account, isJson }: Scene, id: string): Promise<void> {
  const one = await readOneLog(account, id);
  const hasNone = one.request === undefined && one.response === undefined;
  const why = hasNone ? { noBodies: whyNoBodies(account.stack) } : {};
  if (isJson) printJson({ ...one, ...why }, 2);
  else print(oneLogText(one, account.stack));
}

async function follow(scene: Scene): Promise<void> {
  const { account, query, isJson, noCaller } = scene;
  if (noCaller !== undefined) printError(noCaller);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const show = (found: readonly Log[], hasHead: boolean): void => {
    if (!isJson) print(logsText(found, hasHead));
    else for (const log of found) printJson(log);
  };

  const { found, isCut } = await take(scene);
  show(found.toReversed(), true);
  const wait = (): Promise<boolean> =>
    setTimeout(POLL_MS, true, { signal: interrupted.signal }).catch(() => false);
  // Logs that the limit cut off are not new.
  const since = isCut ? found.at(-1)?.createdAt : query.since;
  for await (const fresh of followLogs(account, { ...query, since }, { known: found, wait })) {
    show(fresh, false);
  }
}

/** Collects the logs that match, up to the limit, and whether there are more. */
async function take({ account, query, limit }: Scene) {
  const found: Log[] = [];
  try {
    for await (const log of findLogs(account, query)) {
      if (found.length === limit) return { found, isCut: true };
      found.push(log);
      if (found.length % 50 === 0) showProgress(`${found.length} logs read`);
    }
    return { found, isCut: false };
  } finally {
    endProgress();
  }
}

/** Prints hints to stderr, so that programs can read what is printed to stdout. */
function hintAt({ stack: { name, settings } }: Account): void {
  if (settings.logs.system === "observability") {
    printError(
      `stack ${name} is on Workers Observability: whether the Logs API lists its logs is not documented; if they are not here, look in Observability → Logs, dataset ai-gateway`,
    );
  }
  if (!collected(settings.logs).call) {
    printError(`stack ${name} keeps no logs (logs.collect is none)`);
  }
}

/** Refuses options that the others would leave without effect. */
function refuseIdle(args: Args, { length }: readonly string[]): void {
  if (length === 0 && args.totals && args.follow) {
    throw new UsageError("--totals and --follow cannot go together; leave out one of them");
  }
  const idle = Object.entries(args)
    .filter(([name, value]) => !IDS_OWN.has(name) && value !== undefined && value !== false)
    .map(([name]) => `--${name}`);
  if (length === 0 || idle.length === 0) return;
  throw new UsageError(
    `${idle.join(", ")} cannot go with ID, which is one log; leave out the one or the other`,
  );
}

function parseId([id, ...others]: readonly string[]): string | undefined {
  if (others.length > 0) throw new UsageError("one ID at a time");
  if (id === undefined || /^[\w-]{1,100}$/.test(id)) return id;
  throw invalidValue("ID", id, "are letters, digits, _ and -");
}

function parseLimit({ limit: wanted, totals }: Pick<Args, "limit" | "totals">): number {
  const text = wanted ?? String(totals ? TOTALS_LIMIT : LIMIT);
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1_000_000) return limit;
  throw invalidValue("--limit", text, "is a whole number from 1 to 1000000");
}
