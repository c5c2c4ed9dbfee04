/** Finds the names under which a caller appears in logs. */
import { closestMatch } from "leven";

import { hideName } from "../../policy/gateway/callers.ts";
import { quote, showKey } from "../../policy/looks-secret.ts";
import { nearestName } from "../../policy/settings/problems.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { list } from "../../policy/words.ts";
import { UsageError } from "../cli/errors.ts";

/**
 * Lists the names under which a caller appears in the stack's logs. With `anonymousCallers` they
 * are its hash, whose key is AI_GATEWAY_CALLER_KEY, and its own name, which logs from before that
 * setting have.
 */
export async function namesInLogs(
  { name: stackName, settings }: Stack,
  caller: string,
  environment = process.env,
): Promise<readonly string[]> {
  if (settings.anonymousCallers === undefined) return [caller];
  const key = hashKey(environment);
  if (key === undefined) {
    const get = `pulumi config get --stack ${stackName} --path 'ai-gateway:anonymousCallers.key'`;
    throw new UsageError(
      `stack ${stackName} hashes its callers' names, and AI_GATEWAY_CALLER_KEY is not the key, 64 hexadecimal characters; set it with export AI_GATEWAY_CALLER_KEY="$(${get})"`,
    );
  }
  return [await hideName(caller, key), caller];
}

/**
 * Explains that a name is no caller of the stack file, with the nearest that is; undefined where it
 * is one. Logs of a caller that was removed, or that Cloudflare Access let in, have such a name.
 */
export function describeStranger(
  { name: stackName, settings: { callers, worker } }: Stack,
  caller: string,
): string | undefined {
  const names = [...new Set(callers.map(({ name }) => name))];
  if (names.includes(caller)) return undefined;
  // Two swapped letters are two changes, which nearestName allows to no name of three letters.
  const maxDistance = Math.ceil(caller.length / 2);
  const nearest = nearestName(caller, names) ?? closestMatch(caller, names, { maxDistance });
  const advice = [
    nearest === undefined ? [] : `did you mean ${showKey(nearest)}?`,
    `its file has ${list(names.map(showKey)) || "none"}`,
    worker.cloudflareAccess === undefined ? [] : "whom Cloudflare Access lets in stands in no file",
  ].flat();
  return `${quote(caller)} is no caller of stack ${stackName}; ${advice.join("; ")}`;
}

/** Reads the key of the hash, AI_GATEWAY_CALLER_KEY; undefined where it is not set, or no key. */
export function hashKey(environment = process.env): string | undefined {
  const key = environment["AI_GATEWAY_CALLER_KEY"] ?? "";
  return /^[0-9a-f]{64}$/.test(key) ? key : undefined;
}
