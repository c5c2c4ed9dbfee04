/** Makes and removes the tokens of callers, in a stack file: the file gets a token's hash, and the token is shown once. */
import { createHash, randomBytes } from "node:crypto";

import { showKey } from "../../policy/looks-secret.ts";
import { describeKey } from "../../policy/settings/caller-key.ts";
import { day, name as callerName } from "../../policy/settings/notes.ts";
import { count, list } from "../../policy/words.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { parseIfGiven, readArguments, invalidValue } from "../cli/arguments.ts";
import { print, printError } from "../cli/print.ts";
import { aboutFile, parseStackFile, readStackText, writeStackText } from "../cli/stack-text.ts";
import { addCaller, readCallers, removeCallers, type FileCaller } from "./callers-text.ts";

const USAGE = `usage: npm run -s caller -- add|rotate|remove NAME --stack STACK [--until DAY] [--key BEGINNING | --all]

  add      make the first token of a caller
  rotate   make a second token of a caller, beside those that it has
  remove   remove a caller's token; of several the one that --key names, or --all
  --stack  the stack, as in Pulumi.STACK.yaml, which is changed
  --until  last day of the new token (UTC, included)
  --key    the first characters of a token's hash, 4 or more, as the policy page shows them; or encrypted

Prints the new token, alone and once, and everything else to the error output. It calls nobody, and needs no token.
exit code: 0, or 2 where nothing was changed`;

const OPTIONS = {
  stack: { type: "string" },
  until: { type: "string" },
  key: { type: "string" },
  all: { type: "boolean", default: false },
} as const;

export const command = defineCommand({
  usage: USAGE,
  options: OPTIONS,
  allowPositionals: true,
  run: changeCallers,
});

const ACTIONS = ["add", "rotate", "remove"] as const;
type Action = (typeof ACTIONS)[number];

interface Arguments {
  readonly action: Action;
  readonly name: string;
  readonly stack: string;
  readonly file: string;
  readonly until: string | undefined;
  readonly key: string | undefined;
}

async function changeCallers(
  args: Values<typeof OPTIONS>,
  positionals: readonly string[],
): Promise<boolean> {
  const [first, second, ...more] = positionals;
  const words: Arguments = readArguments({
    action: () => parseAction(first, args),
    name: () => parseName(second, more),
    stack: () => args.stack ?? "",
    file: () => parseStackFile(args.stack),
    until: () => parseIfGiven(args.until, parseDay),
    key: () => parseIfGiven(args.key, parseKey),
  });
  const text = await readStackText(words.file);
  await aboutFile(words.file, () => {
    const known = readCallers(text);
    if (words.action === "remove") return remove(words, text, { known, all: args.all });
    return add(words, text, known);
  });
  return true;
}

async function add(words: Arguments, text: string, known: readonly FileCaller[]): Promise<void> {
  const { action, name, file, stack, until } = words;
  const own = known.filter((caller) => caller.name === name);
  if (action === "add" && own.length > 0) {
    throw new CommandError(
      `has caller ${name} already (${keysOf(own)}); rotate makes a second token`,
    );
  }
  if (action === "rotate" && own.length === 0) throw unknownCaller(name, known);
  const token = randomBytes(32).toString("base64url");
  const sha256 = createHash("sha256").update(token).digest("hex");
  const caller = { name, sha256, ...(until !== undefined && { until }), ...ownRights(own[0]) };
  await writeStackText(file, addCaller(text, caller));
  print(token);
  printError(`${file} lets in caller ${name} by ${describeKey(sha256)}
The line above is the token, shown this once: give it to the caller.
${NEXT}${own.length === 0 ? "" : `\nWhen the caller uses it, remove the old: npm run -s caller -- remove ${name} --key … --stack ${stack} (${keysOf(own)})`}`);
}

/** The models and limits of a caller, which all its tokens have. */
function ownRights({ models, limit, limitUsd }: FileCaller = {}): FileCaller {
  const rights = Object.entries({ models, limit, limitUsd });
  return Object.fromEntries(rights.filter(([, value]) => value !== undefined));
}

const NEXT = "Then npm run policy, review the change, and deploy it.";

async function remove(
  { name, file, key }: Arguments,
  text: string,
  { known, all }: { readonly known: readonly FileCaller[]; readonly all: boolean },
): Promise<void> {
  const places = [...known.keys()].filter((place) => known[place]?.name === name);
  if (places.length === 0) throw unknownCaller(name, known);
  const own = known.filter((caller) => caller.name === name);
  const chosen = places.filter((place) => key === undefined || hasKey(known[place], key));
  if (chosen.length === 0) {
    throw new CommandError(`has no key ${key} of caller ${name}, but ${keysOf(own)}`);
  }
  if (chosen.length > 1 && !all) {
    throw new CommandError(
      `has ${count(chosen.length, "token")} of caller ${name}${key === undefined ? "" : ` with key ${key}`} (${keysOf(own)}); choose one with --key, or --all`,
    );
  }
  await writeStackText(file, removeCallers(text, chosen));
  const left = own.length - chosen.length;
  printError(
    `${file} has ${left === 0 ? "no token" : count(left, "token")} of caller ${name} any more\n${NEXT}`,
  );
}

function hasKey(caller: FileCaller | undefined, key: string): boolean {
  const hash = caller?.sha256;
  return typeof hash === "string" ? hash.startsWith(key) : key === ENCRYPTED;
}

const ENCRYPTED = "encrypted";

function keysOf(callers: readonly FileCaller[]): string {
  const keys = callers.map(({ sha256 }) =>
    typeof sha256 === "string" ? describeKey(sha256) : ENCRYPTED,
  );
  return list(keys);
}

function unknownCaller(name: string, known: readonly FileCaller[]): CommandError {
  const names = [...new Set(known.map((caller) => showKey(String(caller.name))))];
  return new CommandError(`has no caller ${name}; it has ${list(names) || "none"}`);
}

function parseAction(value: string | undefined, args: Values<typeof OPTIONS>): Action {
  const action = ACTIONS.find((each) => each === value);
  if (action === undefined)
    throw invalidValue("the first word", value, "are add, rotate and remove");
  const given = {
    "--until": args.until !== undefined && action === "remove",
    "--key": args.key !== undefined && action !== "remove",
    "--all": args.all && action !== "remove",
    "--key beside --all": args.key !== undefined && args.all,
  };
  const wrong = Object.entries(given).flatMap(([option, isWrong]) => (isWrong ? [option] : []));
  if (wrong.length === 0) return action;
  throw new UsageError(`${wrong.join(" and ")}: ${action} takes none`);
}

function parseName(value: string | undefined, more: readonly string[]): string {
  if (more.length > 0) throw new UsageError(`${more.join(" ")}: one name at a time`);
  if (callerName.safeParse(value).success && value !== undefined) return value;
  throw invalidValue("NAME", value, `is ${callerName.meta()?.expects}`);
}

function parseDay(value: string): string {
  const today = new Date().toISOString().slice(0, 10);
  if (day.safeParse(value).success && value < today) {
    throw invalidValue("--until", value, `is today, ${today}, or a later day`);
  }
  if (day.safeParse(value).success) return value;
  throw invalidValue("--until", value, `is ${day.meta()?.expects}`);
}

function parseKey(value: string): string {
  if (value === ENCRYPTED || /^[0-9a-f]{4,64}$/.test(value)) return value;
  throw invalidValue("--key", value, "are 4 to 64 hexadecimal characters, or encrypted");
}
