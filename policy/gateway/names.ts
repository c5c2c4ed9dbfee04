import type { Settings } from "../settings/settings.ts";

type Named = Pick<Settings, "logs" | "worker">;

/** The stack's second Worker, which deletes old logs, and what it is to keep; undefined where there is none. */
export function retentionOf({ logs, worker }: Named) {
  if (logs.system !== "legacy" || logs.keepDays === undefined) return undefined;
  const { keepDays, maxEntries, alertUrl } = logs;
  // A name has 63 characters at most, and the chat Worker's may have all of them.
  return { workerName: `${worker.name.slice(0, 53)}-retention`, keepDays, maxEntries, alertUrl };
}

export function retentionWorkerName(settings: Named): string | undefined {
  return retentionOf(settings)?.workerName;
}

/** Of every Worker that the stack makes. */
export function workerNames(settings: Named): readonly string[] {
  const retention = retentionWorkerName(settings);
  return [settings.worker.name, ...(retention === undefined ? [] : [retention])];
}

/** By this name the token of a reader is found again among the account's. */
export function readerTokenName(gatewayId: string, reader: string): string {
  return `ai-gateway ${gatewayId} reader ${reader}`;
}

/** By this name the token that writes the copies is found again. */
export function logpushTokenName(gatewayId: string): string {
  return `ai-gateway ${gatewayId} logpush`;
}
