/** Runs `npm run decrypt`: turns pushed files into logs in clear. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";

import { printableLine } from "../../policy/harmless.ts";
import { list } from "../../policy/words.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError } from "../cli/errors.ts";
import { reasonOfFile } from "../cli/file-errors.ts";
import { endProgress, printError, printJson, showProgress } from "../cli/print.ts";
import { requireOption } from "../cli/arguments.ts";
import { decryptLog, DecryptError } from "./decrypt.ts";
import { linesOf } from "./lines.ts";

const USAGE = `usage: npm run -s decrypt -- --private FILE [FILE…]

  --private  the private key, as npm run keys wrote it
  FILE       files of the bucket, gzipped as they are or not; standard input if none

Prints each log as one line of JSON, prompt and answer in clear. It calls nobody, and needs no token.
RSA takes some 5 ms of a core for each key, and a log has one or three; several runs side by side open many
files faster. A field that was never encrypted is printed as it is, and reported on stderr: whoever may read the
bucket can read it.

exit code: 0 every log was opened, or was in clear, 1 some were not, 2 invalid arguments or an unreadable file`;

/** Lines that are reported together: reason → the first of them, and their number. */
type Lines = Map<string, { readonly first: number; readonly lines: number }>;

/** What is reported of a file, beside its logs. */
interface Report {
  /** The lines that could not be decrypted. */
  readonly closed: Lines;
  /** The lines with fields that were never encrypted. */
  readonly clear: Lines;
}

const OPTIONS = { private: { type: "string" } } as const;

export const command = defineCommand({
  usage: USAGE,
  options: OPTIONS,
  allowPositionals: true,
  run: decrypt,
});

async function decrypt(args: Values<typeof OPTIONS>, files: readonly string[]) {
  const key = await readKey(
    requireOption("--private", args.private, "the file of the private key"),
  );
  const unreadable: string[] = [];
  let isOpen = true;
  for (const file of files.length > 0 ? files : ["-"]) {
    const name = file === "-" ? "standard input" : printableLine(file);
    const { closed, clear }: Report = { closed: new Map(), clear: new Map() };
    // A broken file does not stop the next ones.
    await printLogs(file, key, { closed, clear }).catch((error: Error) => {
      unreadable.push(`${name} ${describeFailure(error)}`);
    });
    endProgress();
    for (const [reason, which] of [...closed, ...clear]) {
      printError(describeLines(name, reason, which));
    }
    isOpen &&= closed.size === 0;
  }
  if (unreadable.length > 0) throw new CommandError(unreadable.join("\nerror: "));
  return isOpen;
}

async function printLogs(file: string, key: KeyObject, { closed, clear }: Report) {
  const input = file === "-" ? process.stdin : createReadStream(file);
  let number = 0;
  for await (const line of linesOf(input)) {
    number++;
    // Logs that go to the terminal show progress by themselves.
    if (number % 100 === 0 && !process.stdout.isTTY) showProgress(`${number} logs of ${file}`);
    try {
      const { log, inClear } = decryptLog(line, key);
      printJson(log);
      if (inClear.length > 0) add(clear, describeClear(inClear), number);
    } catch (error) {
      if (!(error instanceof DecryptError)) throw error;
      add(closed, error.message, number);
    }
  }
}

function add(found: Lines, reason: string, number: number): void {
  const { first, lines } = found.get(reason) ?? { first: number, lines: 0 };
  found.set(reason, { first, lines: lines + 1 });
}

function describeClear(fields: readonly string[]): string {
  return `${list(fields)} ${fields.length === 1 ? "was" : "were"} in clear, not encrypted`;
}

/** Describes lines with one reason together: with a wrong key, every line has the same. */
function describeLines(
  name: string,
  reason: string,
  { first, lines }: { readonly first: number; readonly lines: number },
): string {
  const rest = lines === 1 ? "" : ` (the first of ${lines} such lines)`;
  return `${name}:${first}: ${printableLine(reason)}${rest}`;
}

function describeFailure(error: Error): string {
  if (error.message.startsWith("EISDIR")) return "is a folder; name the files in it";
  const isBrokenGzip = "code" in error && String(error.code).startsWith("Z_");
  if (!isBrokenGzip) return `cannot be read: ${reasonOfFile(error)}`;
  return `cannot be read to its end: ${error.message}; fetch it again`;
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file).catch((error: unknown) => {
    const where = `--private is ${JSON.stringify(file)}`;
    throw new CommandError(`${where} and cannot be read: ${reasonOfFile(error)}`);
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {}
  throw new CommandError(`${file} holds no private RSA key in PEM, or one with a passphrase`);
}
