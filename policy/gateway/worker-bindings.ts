/** Derives the chat Worker's address and bindings, for the deploy and for verify. */
import type { Settings } from "../settings/settings.ts";
import { columnNames, datasetOf } from "./metrics.ts";
import { ownLimits, toBoundCaller, toRateLimit } from "./callers.ts";

/**
 * Makes the Worker's address. It is undefined where the stack has no domain and serves no
 * workers.dev address, or does not declare the account's subdomain.
 */
export function workerUrl({ worker }: Pick<Settings, "worker">): string | undefined {
  if (worker.domain !== undefined) return `https://${worker.domain}`;
  if (!worker.workersDev || worker.workersDevSubdomain === undefined) return undefined;
  return workersDevUrl(worker.name, worker.workersDevSubdomain);
}

export function workersDevUrl(worker: string, subdomain: string): string {
  return `https://${worker}.${subdomain}.workers.dev`;
}

/** A binding as Cloudflare's API has it. `Known` is the type of a text that is no setting. */
export type WorkerBinding<Known = string> =
  | { readonly type: "ai" }
  | { readonly type: "plain_text"; readonly text: Known | string }
  | { readonly type: "secret_text"; readonly text: string }
  | { readonly type: "analytics_engine"; readonly dataset: string }
  | {
      readonly type: "ratelimit";
      readonly simple: { readonly limit: number; readonly period: number };
    };

/** The settings that bindings are made of. */
export type BoundSettings = Pick<
  Settings,
  "worker" | "logs" | "callers" | "anonymousCallers" | "tier" | "telemetry"
>;

/** The values of bindings that are no settings. */
interface Surroundings<Known> {
  readonly stackName: string;
  readonly gatewayId: Known;
  readonly release: Known;
}

/** Lists the chat Worker's bindings by name; one that the settings leave out is undefined. */
export function workerBindings<Known>(
  { stackName, gatewayId, release }: Surroundings<Known>,
  settings: BoundSettings,
) {
  const { worker, logs, callers, anonymousCallers, tier, telemetry } = settings;
  const { cloudflareAccess, callerLimit } = worker;
  const dataset = datasetOf(settings);
  const { traces } = telemetry;
  const headers = JSON.stringify(traces?.headers ?? {});
  return {
    AI: { type: "ai" },
    GATEWAY_ID: plain(gatewayId),
    COLLECT_LOGS: plain(logs.collect),
    MODELS: plain(JSON.stringify(worker.models.map(toBoundModel))),
    ALLOW: plain(JSON.stringify(worker.allow)),
    ACCESS: plain(worker.access),
    ORIGINS: plain(JSON.stringify(worker.origins)),
    CALLERS: secret(JSON.stringify(callers.map((caller) => toBoundCaller(worker.models, caller)))),
    FALLBACKS: plain(JSON.stringify(worker.fallbacks)),
    TIMEOUT_MS: plain(String(worker.timeoutSeconds * 1000)),
    IDLE_MS: plain(String(worker.idleSeconds * 1000)),
    MAX_BODY_BYTES: plain(String(worker.maxBodyBytes)),
    STACK: plain(stackName),
    RELEASE: plain(release),
    CLOUDFLARE_ACCESS: cloudflareAccess && plain(JSON.stringify(cloudflareAccess)),
    CALLER_HASH_KEY: anonymousCallers && secret(anonymousCallers.key),
    CALLER_LIMIT: callerLimit && toRateLimit(callerLimit),
    CALLER_PERIOD_SECONDS: callerLimit && plain(String(callerLimit.periodSeconds)),
    TRACES:
      traces && plain(JSON.stringify({ url: traces.url, service: worker.name, environment: tier })),
    METRICS: dataset === undefined ? undefined : { type: "analytics_engine", dataset },
    METRICS_COLUMNS: dataset === undefined ? undefined : plain(JSON.stringify(columnNames())),
    TRACES_HEADERS: headers === "{}" ? undefined : secret(headers),
    ...ownLimits(callers),
  } as const satisfies Readonly<Record<string, WorkerBinding<Known> | undefined>>;
}

/** A waiver lets a model of an unknown format be tried: with chat, which most take. */
function toBoundModel({ id, speaks = "chat", name, stream }: Settings["worker"]["models"][number]) {
  return { id, speaks, name, stream };
}

function plain<Text>(text: Text) {
  return { type: "plain_text", text } as const;
}

function secret(text: string) {
  return { type: "secret_text", text } as const;
}
