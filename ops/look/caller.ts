/** Finds the names under which a caller appears in logs. */
import { createHmac } from "node:crypto";

import type { Stack } from "../../policy/stack/stack.ts";
import { UsageError } from "../cli/errors.ts";

/**
 * Lists the names under which a caller appears in the stack's logs. With `anonymousCallers` they
 * are its hash, whose key is AI_GATEWAY_CALLER_KEY, and its own name, which logs from before that
 * setting have.
 */
export function namesInLogs(
  { name: stackName, settings }: Stack,
  caller: string,
  environment = process.env,
): readonly string[] {
  if (settings.anonymousCallers === undefined) return [caller];
  const key = hashKey(environment);
  if (key === undefined) {
    const get = `pulumi config get --stack ${stackName} --path 'ai-gateway:anonymousCallers.key'`;
    throw new UsageError(
      `stack ${stackName} hashes its callers' names, and AI_GATEWAY_CALLER_KEY is not the key, 64 hexadecimal characters; set it with export AI_GATEWAY_CALLER_KEY="$(${get})"`,
    );
  }
  return [hashName(caller, key), caller];
}

/** Reads the key of the hash, AI_GATEWAY_CALLER_KEY; undefined where it is not set, or no key. */
export function hashKey(environment = process.env): string | undefined {
  const key = environment["AI_GATEWAY_CALLER_KEY"] ?? "";
  return /^[0-9a-f]{64}$/.test(key) ? key : undefined;
}

/** Hashes a name as the Worker does: the first 24 hexadecimal characters of HMAC-SHA256. */
function hashName(name: string, key: string): string {
  return createHmac("sha256", key).update(name).digest("hex").slice(0, 24);
}
