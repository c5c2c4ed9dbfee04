/** Writes the dated file that a probe or a verification leaves. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { VERSION } from "cloudflare/version";

import { EVIDENCE_FOLDER } from "../../infra/project-files.ts";
import {
  formatEvidence,
  isOfCloudflare,
  type EvidenceSubject,
  type EvidenceRun,
} from "../../policy/evidence/evidence.ts";
import type { Account } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { makeFolder, requireWritable, writeOutput } from "../cli/output-file.ts";

/** The gateways and the model that a run called, if it did. */
interface Reached {
  /** The origin of the gateways. */
  readonly gateways?: URL;
  readonly model?: string;
}

/** Describes the run without account, token or gateway, because the file is committed. */
export function describeSubject(
  { cloudflare, stack }: Account,
  { gateways, model }: Reached,
): EvidenceSubject {
  return {
    api: new URL(cloudflare.baseURL).origin,
    ...(gateways !== undefined && { gateways: gateways.origin }),
    ...(model !== undefined && { model }),
    logSystem: stack.settings.logs.system,
    sdk: `cloudflare ${VERSION}`,
  };
}

/** The command that writes the file, and its option that names the folder. */
interface Writer {
  readonly name: "probe" | "verify";
  readonly option: string;
}

/**
 * Names a file of this day that does not exist yet and can be written: a second run of a day
 * overwrites nothing. Leaves no empty folder behind, for users who then do not consent.
 */
export async function findPlace(
  { name: writer, option }: Writer,
  now: Date,
  folder = EVIDENCE_FOLDER,
): Promise<string> {
  const made = await makeFolder(option, folder);
  const name = join(folder, `${writer}-${now.toISOString().slice(0, 10)}`);
  let file = `${name}.json`;
  for (let count = 2; existsSync(file); count += 1) file = `${name}-${count}.json`;
  await requireWritable(option, file);
  if (made !== undefined) await rm(made, { recursive: true });
  return file;
}

/** Writes the file, and returns a message about the next step. */
export async function writeEvidence(
  { option }: Writer,
  file: string,
  run: EvidenceRun,
): Promise<string> {
  const text = format(run);
  await makeFolder(option, dirname(file));
  await writeOutput(option, file, text);
  return isOfCloudflare(run.asked)
    ? `wrote ${file}; commit it, with what npm run policy makes of it`
    : `wrote ${file}, which no statement cites: it was not Cloudflare that was asked`;
}

/** Refuses evidence that may hold a secret: a model's name may be as long as a token. */
function format(run: EvidenceRun): string {
  try {
    return formatEvidence(run);
  } catch {
    throw new CommandError(
      "no evidence is written: a word in it is as long as an account's id or a token; does the model asked have such a name?",
    );
  }
}
