import type { Settings } from "../settings/settings.ts";

type Named = Pick<Settings, "logs" | "worker">;

/** Returns the name of the Worker that deletes old logs, and what it keeps; undefined for none. */
export function retentionOf({ logs, worker }: Named) {
  if (logs.system !== "legacy" || logs.keepDays === undefined) return undefined;
  const { keepDays, maxEntries, alertUrl } = logs;
  // A name has 63 characters at most, and the chat Worker's may have all of them.
  return { workerName: `${worker.name.slice(0, 53)}-retention`, keepDays, maxEntries, alertUrl };
}

export function retentionWorkerName(settings: Named): string | undefined {
  return retentionOf(settings)?.workerName;
}

/** Lists the names of the Workers that the stack makes. */
export function workerNames(settings: Named): readonly string[] {
  const retention = retentionWorkerName(settings);
  return [settings.worker.name, ...(retention === undefined ? [] : [retention])];
}

/** Names a reader's token, which is found by this name among the account's. */
export function readerTokenName(gatewayId: string, reader: string): string {
  return `ai-gateway ${gatewayId} reader ${reader}`;
}

/** Names the token that writes the copies, which is found by this name. */
export function logpushTokenName(gatewayId: string): string {
  return `ai-gateway ${gatewayId} logpush`;
}
