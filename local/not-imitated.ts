/** What a gateway may declare and the local one ignores. */
import type { Account, GatewaySettings } from "./account.ts";

/** A setting, as the stack file names it, and whether a gateway declares a value that is ignored. */
type Ignored = readonly [setting: string, isDeclared: (gateway: GatewaySettings) => boolean];

// Keyed by the fields, so that a new one does not compile before this is decided.
const FATES: Readonly<Record<keyof Required<GatewaySettings>, "imitated" | readonly Ignored[]>> = {
  accountId: "imitated",
  aiGatewayId: "imitated",
  authentication: "imitated",
  byokOnly: "imitated",
  cacheInvalidateOnUpdate: [
    ["cache_invalidate_on_update: false", (each) => !each.cacheInvalidateOnUpdate],
  ],
  cacheTtl: "imitated",
  collectLogs: "imitated",
  dlp: [["dlp", ({ dlp }) => dlp !== undefined]],
  guardrails: [["guardrails", ({ guardrails }) => guardrails !== undefined]],
  logClassification: [["logs.classification", (each) => each.logClassification]],
  logManagement: "imitated",
  logManagementStrategy: "imitated",
  logpush: "imitated",
  logpushPublicKey: "imitated",
  otels: [
    ["exports[].authorization", ({ otels = [] }) => otels.some((each) => each.authorization)],
    [
      "exports[].contentType: protobuf",
      ({ otels = [] }) => otels.some((each) => each.contentType === "protobuf"),
    ],
  ],
  rateLimitingInterval: "imitated",
  rateLimitingLimit: "imitated",
  rateLimitingTechnique: "imitated",
  retryMaxAttempts: "imitated",
  retryDelay: "imitated",
  retryBackoff: "imitated",
  spendLimits: "imitated",
  storeId: "imitated",
  stripe: [["stripe", ({ stripe }) => stripe !== undefined]],
  workersAiBillingMode: [["billing: unified", (each) => each.workersAiBillingMode === "unified"]],
  zdr: [["zdr", ({ zdr }) => zdr]],
};

/** Lists the declared settings that have no effect on this machine. */
export function notImitated(gateways: Account["gateways"]): string[] {
  return Object.values(FATES)
    .flatMap((fate) => (fate === "imitated" ? [] : fate))
    .flatMap(([setting, isDeclared]) => ([...gateways.values()].some(isDeclared) ? [setting] : []));
}
