/** What a stack's settings make of its chat Worker: said by the deploy, and looked up by verify. */
import type { Settings } from "../settings/settings.ts";

/** Absent when the stack has no domain and serves no workers.dev address, or does not say the account's subdomain. */
export function workerUrl({ worker }: Pick<Settings, "worker">): string | undefined {
  if (worker.domain !== undefined) return `https://${worker.domain}`;
  if (!worker.workersDev || worker.workersDevSubdomain === undefined) return undefined;
  return `https://${worker.name}.${worker.workersDevSubdomain}.workers.dev`;
}

/** The bindings in clear that the settings decide, by name. Which gateway it calls is for the deploy to bind. */
export function workerTexts(
  stackName: string,
  { worker, logs }: Pick<Settings, "worker" | "logs">,
) {
  return {
    COLLECT_LOGS: logs.collect,
    MODELS: JSON.stringify(worker.models),
    ACCESS: worker.access,
    ORIGINS: JSON.stringify(worker.origins),
    FALLBACKS: JSON.stringify(worker.fallbacks),
    TIMEOUT_MS: String(worker.timeoutSeconds * 1000),
    MAX_BODY_BYTES: String(worker.maxBodyBytes),
    STACK: stackName,
    ...(worker.cloudflareAccess && { CLOUDFLARE_ACCESS: JSON.stringify(worker.cloudflareAccess) }),
  };
}
