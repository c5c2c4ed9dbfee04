/** Derives what telemetry says of callers. */
import type { Settings } from "../settings/settings.ts";

/**
 * Returns how spans and data points name a caller: as logs do, or, where a stack keeps no log, by
 * its hash or not at all (worker/chat/telemetry/caller.ts).
 */
export function callersIn({
  logs,
  anonymousCallers,
}: Pick<Settings, "logs" | "anonymousCallers">): "name" | "hash" | "nobody" {
  if (anonymousCallers !== undefined) return "hash";
  return logs.collect === "none" ? "nobody" : "name";
}
