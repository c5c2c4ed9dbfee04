/** Runs `npm run keys`: makes a key pair, whose public half goes into the stack file. */
import { generateKeyPair } from "node:crypto";
import { existsSync } from "node:fs";
import { realpath, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { logpush } from "../../policy/settings/logs.ts";
import { count } from "../../policy/words.ts";
import { invalidValue, readArguments, requireOption } from "../cli/arguments.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { reasonOfFile } from "../cli/file-errors.ts";
import { print, printError } from "../cli/print.ts";
import { addSetting } from "../cli/settings-text.ts";
import { aboutFile, parseStackFile, readStackText, writeStackText } from "../cli/stack-text.ts";

const USAGE = `usage: npm run keys -- --private FILE [--stack STACK --bucket NAME [--keep-days DAYS]]

  --private    where the private key goes: a file that is not there yet, and in no git repository
  --stack      the stack, as in Pulumi.STACK.yaml, which gets the setting, below its others
  --bucket     the R2 bucket of the copies, which the stack makes
  --keep-days  the days that a copy is kept (30)

Without --stack it prints the lines of a stack file that declare encrypted copies of its logs.
It calls nobody, and needs no token.
exit code: 0, or 2 where no key was made, or could not be written`;

const IS_THERE =
  "is there already; without an old key nobody opens what it encrypted: choose another name";
const PEM = { type: "pkcs8", format: "pem" } as const;

const OPTIONS = {
  private: { type: "string" },
  stack: { type: "string" },
  bucket: { type: "string" },
  "keep-days": { type: "string" },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { file, target } = readArguments({
    file: () => resolve(requireOption("--private", args.private, "the file of the private key")),
    target: () => parseTarget(args),
  });
  // Whatever is wrong with the stack file is found before there is a key.
  if (target !== undefined) await changedText(target, "a text\nof lines\n");
  const publicKey = await makeKeys(file);
  if (target === undefined) print(toStackFile(publicKey));
  else {
    const text = await changedText(target, publicKey);
    await aboutFile(target.stackFile, () => writeStackText(target.stackFile, text));
  }
  const where = `The private key is in ${file}, for you alone. Who has it can read the copies, and without it nobody can: keep a second one in a safe place.`;
  printError(
    target === undefined
      ? `\n${where}`
      : `${target.stackFile} declares encrypted copies in bucket ${target.bucket}, for ${count(target.keepDays, "day")}\n${where}\nThen npm run policy, review the change, and deploy it.`,
  );
  return true;
}

/** The stack file that gets the setting, and what the setting has beside the key. */
interface Target {
  readonly stackFile: string;
  readonly bucket: string;
  readonly keepDays: number;
}

function parseTarget({ stack, bucket, "keep-days": days }: Values<typeof OPTIONS>) {
  if (stack === undefined) {
    if (bucket === undefined && days === undefined) return undefined;
    throw new UsageError("--stack is missing; --bucket and --keep-days go into its file");
  }
  const stackFile = parseStackFile(stack);
  const name = requireOption("--bucket", bucket, "the R2 bucket of the copies");
  const keepDays = Number(days ?? 30);
  const { shape } = logpush.unwrap();
  if (!shape.bucket.safeParse(name).success) {
    throw invalidValue("--bucket", name, `is ${shape.bucket.meta()?.expects}`);
  }
  if (!shape.keepDays.safeParse(keepDays).success) {
    throw invalidValue("--keep-days", days, "is a whole number from 1 to 3650");
  }
  return { stackFile, bucket: name, keepDays };
}

async function changedText(target: Target, publicKey: string): Promise<string> {
  const { stackFile, bucket, keepDays } = target;
  const text = await readStackText(stackFile);
  const value = { bucket, keepDays, publicKey };
  return aboutFile(stackFile, () => addSetting(text, "ai-gateway:logpush", value));
}

/** Makes the pair, writes the private key to the file, and returns the public key. */
async function makeKeys(file: string): Promise<string> {
  const repository = repositoryOf(await folderOf(file));
  if (repository !== undefined) {
    throw new CommandError(
      `${file} is in the git repository ${repository}; a private key stays out of all: choose another folder`,
    );
  }
  // Making a key takes seconds.
  if (existsSync(file)) throw new CommandError(`${file} ${IS_THERE}`);
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", {
    // Cloudflare's own instructions use this length, and the stack file accepts no other.
    modulusLength: 4096,
    publicKeyEncoding: { ...PEM, type: "spki" },
    privateKeyEncoding: PEM,
  });
  await writeFile(file, privateKey, { flag: "wx", mode: 0o600 }).catch((error: Error) => {
    const because = error.message.startsWith("EEXIST")
      ? IS_THERE
      : `cannot be written (${reasonOfFile(error)}); choose another place`;
    throw new CommandError(`${file} ${because}`);
  });
  return publicKey;
}

/** Returns the git work tree that contains a folder. */
function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, ".git"))) return folder;
  return folder === dirname(folder) ? undefined : repositoryOf(dirname(folder));
}

/** Returns where a file would really be: a link on the way may lead into a repository. */
async function folderOf(file: string): Promise<string> {
  return realpath(dirname(file)).catch(() => dirname(file));
}

function toStackFile(publicKey: string): string {
  const lines = publicKey.trimEnd().split("\n");
  return [
    "  ai-gateway:logpush:",
    "    bucket: NAME # in R2; the stack makes it",
    "    keepDays: 30",
    "    publicKey: |",
    ...lines.map((line) => `      ${line}`),
  ].join("\n");
}
