/** Opens copies that Logpush made: pushed files in, logs in clear out. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";

import { CommandError, defineCommand, WordsError } from "./command.ts";
import { decryptLog, DecryptError } from "./decrypt/decrypt.ts";
import { linesOf } from "./decrypt/lines.ts";
import { printableJson, printableLine } from "./printable.ts";

const USAGE = `usage: npm run -s decrypt -- --private FILE [FILE…]

  --private  the private key, as npm run keys wrote it
  FILE       files of the bucket, gzipped as they are or not; standard input if none

Prints each log as one line of JSON, prompt and answer in clear. It calls nobody, and needs no token.
exit code: 0 every log was opened, 1 some were not, 2 wrong words or no file`;

export const command = defineCommand({
  usage: USAGE,
  options: { private: { type: "string" } },
  allowPositionals: true,
  run: decrypt,
});

async function decrypt(
  { private: keyFile }: { readonly private?: string | undefined },
  files: readonly string[],
) {
  if (!keyFile) throw new WordsError("--private is missing; it is the file of the private key");
  const key = await readKey(keyFile);
  const sources = files.length > 0 ? files : ["-"];
  let closed = 0;
  for (const file of sources) closed += await decryptFile(file, key);
  return closed === 0;
}

/** Tells on stderr what stays closed, and how many that are. */
async function decryptFile(file: string, key: KeyObject): Promise<number> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  let [number, closed] = [0, 0];
  try {
    for await (const line of linesOf(input)) {
      number++;
      try {
        console.log(printableJson(decryptLog(line, key)));
      } catch (error) {
        if (!(error instanceof DecryptError)) throw error;
        closed++;
        console.error(`${printableLine(file)}:${number}: ${printableLine(error.message)}`);
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be read to its end: ${reason}; fetch it again`);
  }
  return closed;
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file).catch((error: Error) => {
    throw new CommandError(`the private key cannot be read: ${error.message}`);
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {}
  throw new CommandError(`${file} holds no private RSA key in PEM, or one with a passphrase`);
}
