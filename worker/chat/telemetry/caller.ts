import type { CallerName, Env } from "../env.ts";

/**
 * Returns the caller as telemetry names it: as logs do. A stack that keeps no log names nobody here
 * either, unless it is by a keyed hash.
 */
export function callerOf(
  { COLLECT_LOGS, CALLER_HASH_KEY }: Pick<Env, "COLLECT_LOGS" | "CALLER_HASH_KEY">,
  caller: CallerName | undefined,
): CallerName | undefined {
  return COLLECT_LOGS === "none" && CALLER_HASH_KEY === undefined ? undefined : caller;
}
