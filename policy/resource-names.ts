import type { Settings } from "./settings.ts";

type Named = Pick<Settings, "logs" | "worker">;

/** The stack's second Worker, which deletes old logs; undefined where there is none. */
export function retentionWorkerName({ logs, worker }: Named): string | undefined {
  if (logs.system !== "legacy" || logs.keepDays === undefined) return undefined;
  // A name has 63 characters at most, and the chat Worker's may have all of them.
  return `${worker.name.slice(0, 53)}-retention`;
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
