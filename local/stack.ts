/** A stack file made ready for a laptop: what only an account knows has a local stand-in. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { readEvidence, readPage, readProjectFiles } from "../infra/project-files.ts";
import type { Evidence } from "../policy/evidence/evidence.ts";
import { SPEND_RULES } from "../policy/platform.ts";
import { reasonOf } from "../policy/reason.ts";
import { readProject, type Project } from "../policy/stack/project.ts";
import { readStackOf, type ReadStack } from "../policy/stack/read-stack.ts";
import { withStandIns, type Stack } from "../policy/stack/stack.ts";
import { describeStale } from "../policy/statement/page.ts";
import { stateStack } from "../policy/statement/statement.ts";
import type { ConfigValues } from "../policy/settings/parse-settings.ts";
import { applyResources, type Account } from "./account.ts";
import { evaluate } from "./engine/evaluate.ts";
import { ROOT, STATE } from "./paths.js";
import { printError } from "./print.ts";
import { StackError } from "./stack-error.ts";

/** The account's id where a stack names none, or names it encrypted. */
export const LOCAL_ACCOUNT_ID = "10ca10ca10ca10ca10ca10ca10ca10ca";

const KEY_LENGTH = 40;

/** What a stack's program declares, and the settings, with stand-ins, that it read. */
export interface LoadedStack extends Account {
  readonly values: ConfigValues;
  /** What probes have seen, for the statement; the program does not read it. */
  readonly evidence: readonly Evidence[];
}

/**
 * Runs the stack's program and applies what it declares. The local key is one more caller, since
 * the hashes of the real callers are encrypted, and their tokens elsewhere. Throws a StackError
 * with the message of every other command, or that `pulumi up` would print.
 */
export async function loadAccount(stack: string, key: string): Promise<LoadedStack> {
  const read = readStack(stack);
  if (!read.ok) throw new StackError(read.message);
  const { readable: values } = withStandIns(read.file.values);
  const local = {
    ...values,
    accountId: values["accountId"] ?? LOCAL_ACCOUNT_ID,
    callers: withLocalCaller(values, key),
  };
  const config = Object.fromEntries(
    Object.entries(local).map(([name, text]) => [`ai-gateway:${name}`, text]),
  );
  // The program's order first: it leaves before the caller loads Miniflare, which lets no other work
  // in for a while.
  const [evaluation] = await Promise.all([
    evaluate({ stack, config }),
    warnOfStalePage(read.stack),
  ]);
  if (!evaluation.ok) throw new StackError(evaluation.message);
  try {
    const evidence = readEvidence(ROOT);
    return { ...applyResources(evaluation.resources), values, evidence };
  } catch (error) {
    throw new StackError(reasonOf(error));
  }
}

/**
 * Adds a caller whose key we know to those of the stack. Where each of them may spend no more than
 * so much, neither may this one: one caller without a limit would break a rule that the file keeps.
 */
function withLocalCaller({ callers = "[]", spendLimits }: ConfigValues, key: string): string {
  const local = { name: "local", sha256: createHash("sha256").update(key).digest("hex") };
  const known: readonly unknown[] = JSON.parse(callers);
  // A gateway has so many rules at most, and one of its own bounds every caller.
  const hasRoom = known.length < SPEND_RULES && spendLimits === undefined;
  const limits = known.map((caller): unknown => Object(caller).limitUsd);
  const isEachLimited = hasRoom && limits.every((limit) => limit !== undefined);
  const [limitUsd] = isEachLimited ? limits : [];
  return JSON.stringify([...known, { ...local, limitUsd }]);
}

/** Reads the stack's file, at once and not in a later turn. */
function readStack(stack: string): ReadStack {
  let project: Project;
  try {
    project = readProject(readProjectFiles(ROOT));
  } catch (error) {
    throw new StackError(reasonOf(error));
  }
  if (project.stacks.has(stack)) return readStackOf(project, stack);
  throw new StackError(`Pulumi.${stack}.yaml cannot be read; is it still there?`);
}

/** Warns where the stack's policy page is not that of its file: a deploy to production would stop. */
async function warnOfStalePage(stack: Stack): Promise<void> {
  try {
    const stale = describeStale(stack.name, readPage(ROOT, stack.name), await stateStack(stack));
    if (stale !== undefined) printError(`warning: ${stale}`);
  } catch (error) {
    printError(`warning: ${reasonOf(error)}`);
  }
}

/**
 * Returns the token of the local caller, made once, so that a client's configuration outlives a
 * restart. It has the 40 characters of Cloudflare's tokens: Cloudflare's own tools take no other.
 */
export async function readLocalKey(): Promise<string> {
  const file = join(STATE, "key");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known.trim().length === KEY_LENGTH) return known.trim();
  const key = `local-${randomBytes(KEY_LENGTH).toString("base64url")}`.slice(0, KEY_LENGTH);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
