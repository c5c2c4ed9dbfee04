/** Deletes one caller's logs, and writes down what it did. */
import { setTimeout } from "node:timers/promises";

import { openAccount } from "../account/account.ts";
import { namesInLogs } from "../account/caller.ts";
import { checkWords, defineCommand, WordsError } from "../cli/define-command.ts";
import { eraseLogs, findCallersLogs } from "./erasure.ts";
import { recordMarkdown, toRecord } from "./record.ts";
import { parseUntil } from "../logs/times.ts";
import { printableJson } from "../cli/printable.ts";
import { endProgress, showProgress } from "../cli/progress.ts";
import { readStack } from "../cli/stacks.ts";

const USAGE = `usage: npm run erase -- --stack NAME --caller NAME [--until DAY] [--yes]

  --stack   the stack, as in Pulumi.NAME.yaml: its gateway alone
  --caller  whose logs; where the stack hashes names, AI_GATEWAY_CALLER_KEY is the key
  --until   up to this day (UTC, included) or moment; up to now if absent
  --yes     delete; without it, it only counts what would go
  --json    the record as JSON, not Markdown

CLOUDFLARE_API_TOKEN needs AI Gateway Read to count, AI Gateway Write (Edit in the dashboard) to delete.
exit code: 0 no log of the caller is there (any more), 1 there are some, 2 wrong words or no answer`;

export const command = defineCommand({
  usage: USAGE,
  options: {
    stack: { type: "string" },
    caller: { type: "string" },
    until: { type: "string" },
    yes: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  run: erase,
});

interface Args {
  readonly stack?: string | undefined;
  readonly caller?: string | undefined;
  readonly until?: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

async function erase(args: Args): Promise<boolean> {
  const { stack: name, until, yes, json } = args;
  checkWords(
    () => requireCaller(args.caller),
    () => until !== undefined && parseUntil(until),
    () => readStack(name, process.cwd()),
  );
  const caller = requireCaller(args.caller);
  const account = await openAccount(name);
  const { stack } = account;
  const at = new Date();
  const erasure = {
    callers: namesInLogs(stack, caller),
    until: until === undefined ? at : parseUntil(until),
  };
  try {
    const found = await findCallersLogs(account, erasure, showProgress);
    const isToDo = yes && found.length > 0;
    const left = isToDo
      ? await eraseLogs(account, erasure, { found, onProgress: showProgress, wait })
      : found;
    endProgress();
    const done = { at, stack, caller, erasure, found };
    const record = toRecord({ ...done, left: yes ? left.length : undefined });
    console.log(json ? printableJson(record, 2) : recordMarkdown(record));
    if (!yes && found.length > 0) console.error("\nnothing was deleted; --yes deletes them");
    return left.length === 0;
  } finally {
    endProgress();
  }
}

/** An empty name would stand for the calls that have none. */
function requireCaller(caller: string | undefined): string {
  if (caller) return caller;
  throw new WordsError("--caller is missing; it is the name of one caller");
}

async function wait(ms: number): Promise<void> {
  await setTimeout(ms);
}
