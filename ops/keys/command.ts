/**
 * Runs `npm run keys`: makes the key pair of encrypted copies. The stack file gets the public half,
 * its owner's disk the private one.
 */
import { generateKeyPair } from "node:crypto";
import { existsSync } from "node:fs";
import { realpath, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { print, printError } from "../cli/print.ts";
import { defineCommand } from "../cli/define-command.ts";
import { CommandError } from "../cli/errors.ts";
import { requireOption } from "../cli/arguments.ts";

const USAGE = `usage: npm run keys -- --private FILE

  --private  where the private key goes: a file that is not there yet, and in no git repository

Prints the lines of a stack file that declare encrypted copies of its logs. It calls nobody, and needs no token.
exit code: 0, or 2 where the key could not be written`;

const IS_THERE =
  "is there already; without an old key nobody opens what it encrypted: choose another name";
const PEM = { type: "pkcs8", format: "pem" } as const;

/** `npm run keys`. */
export const command = defineCommand({
  usage: USAGE,
  options: { private: { type: "string" } },
  run: (args) => makeKeys(requireOption("--private", args.private, "the file of the private key")),
});

async function makeKeys(name: string): Promise<boolean> {
  const file = resolve(name);
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
      : `cannot be written (${error.message}); choose another place`;
    throw new CommandError(`${file} ${because}`);
  });
  print(toStackFile(publicKey));
  printError(
    `\nThe private key is in ${file}, for you alone. Who has it can read the copies, and without it nobody can: keep a second one in a safe place.`,
  );
  return true;
}

/** Returns the git work tree that contains a folder. */
function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, ".git"))) return folder;
  return folder === dirname(folder) ? undefined : repositoryOf(dirname(folder));
}

/**
 * Returns the folder in which a file would really be: a link on the way may lead into a repository.
 */
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
