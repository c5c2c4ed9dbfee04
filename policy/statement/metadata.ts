import type { Settings } from "../settings/settings.ts";

/** Describes how metadata names a caller. */
export function callerName({ anonymousCallers, worker }: Settings): string {
  if (anonymousCallers !== undefined) return "a keyed hash of the caller";
  return worker.cloudflareAccess === undefined ? "caller" : "caller (of people the e-mail address)";
}
