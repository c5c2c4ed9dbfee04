/** Runs `npm run erase`: deletes one caller's logs, and prints a record of it. */
import { setTimeout } from "node:timers/promises";

import { inDashboard, PERMISSIONS } from "../../policy/platform.ts";
import { openAccount } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError } from "../cli/errors.ts";
import { endProgress, print, printError, printJson, showProgress } from "../cli/print.ts";
import { readStack } from "../cli/stacks.ts";
import { parseIfGiven, parseUntil, readArguments, requireOption } from "../cli/arguments.ts";
import { namesInLogs } from "../look/caller.ts";
import { eraseLogs, findCallersLogs } from "./erasure.ts";
import { recordMarkdown, toRecord } from "./record.ts";

const { readGateways, writeGateways } = PERMISSIONS;

const USAGE = `usage: npm run erase -- --stack NAME --caller NAME [--until DAY] [--yes]

  --stack   the stack, as in Pulumi.NAME.yaml: its gateway alone
  --caller  whose logs; where the stack hashes names, AI_GATEWAY_CALLER_KEY is the key
  --until   up to this day (UTC, included) or moment; up to now if absent
  --yes     delete; without it, it only counts what would go
  --json    the record as JSON, not Markdown

What it does not erase stands in the record: above all AI Gateway's analytics, which count each call by its caller.
CLOUDFLARE_API_TOKEN needs ${readGateways} to count, ${inDashboard(writeGateways)} to delete.
exit code: 0 no log of the caller is there (any more), 1 there are some, 2 invalid arguments, no answer,
or no log of a name that is no caller of the stack file, which may be misspelt`;

const OPTIONS = {
  stack: { type: "string" },
  caller: { type: "string" },
  until: { type: "string" },
  yes: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: erase });

async function erase(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { yes, json } = args;
  const at = new Date();
  const { caller, until, stack } = readArguments({
    // An empty name would match the calls that have no caller.
    caller: () => requireOption("--caller", args.caller, "the name of one caller"),
    until: () => parseIfGiven(args.until, parseUntil) ?? at,
    stack: () => readStack(args.stack),
  });
  const account = await openAccount(stack);
  const erasure = { callers: await namesInLogs(stack, caller), until };
  try {
    const found = await findCallersLogs(account, erasure, showProgress);
    const left = yes
      ? await eraseLogs(account, erasure, { found, onProgress: showProgress, wait: setTimeout })
      : found;
    endProgress();
    const done = { at, stack, caller, erasure, found };
    const record = toRecord({ ...done, left: yes ? left.length : undefined });
    if (json) printJson(record, 2);
    else print(recordMarkdown(record));
    if (found.length === 0 && record.noCaller !== undefined) {
      throw new CommandError(`nothing was found to erase: ${record.noCaller}`);
    }
    if (!yes && found.length > 0) printError("\nnothing was deleted; --yes deletes them");
    return left.length === 0;
  } finally {
    endProgress();
  }
}
