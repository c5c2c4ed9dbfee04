/** What the logs call a caller. */
import { createHmac } from "node:crypto";

import type { Stack } from "../../policy/stack/stack.ts";
import { WordsError } from "../cli/errors.ts";

/**
 * Lists the names under which a caller stands in the stack's logs: its own; with `anonymousCallers` the hash too, whose key is
 * AI_GATEWAY_CALLER_KEY. Both then, since logs of before that setting have the name itself.
 */
export function namesInLogs(
  { name: stackName, settings }: Stack,
  caller: string,
  environment = process.env,
): readonly string[] {
  if (settings.anonymousCallers === undefined) return [caller];
  const key = environment["AI_GATEWAY_CALLER_KEY"] ?? "";
  if (!/^[0-9a-f]{64}$/.test(key)) {
    const get = `pulumi config get --stack ${stackName} --path 'ai-gateway:anonymousCallers.key'`;
    throw new WordsError(
      `stack ${stackName} hashes its callers' names, and AI_GATEWAY_CALLER_KEY is not the key, 64 hexadecimal characters; set it with export AI_GATEWAY_CALLER_KEY="$(${get})"`,
    );
  }
  return [hashName(caller, key), caller];
}

/** Hashes as the Worker does: HMAC-SHA256, its first 24 hexadecimal characters. */
function hashName(name: string, key: string): string {
  return createHmac("sha256", key).update(name).digest("hex").slice(0, 24);
}
