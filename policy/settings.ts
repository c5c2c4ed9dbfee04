/**
 * What a stack file may say: the one description of a stack. Types, checks, messages and the table in
 * docs/settings.md all come from the schema below. Limits that Cloudflare sets carry their source.
 */
import { z } from "zod";

declare module "zod" {
  interface GlobalMeta {
    /** What is allowed, in words, where the schema's own bounds do not say it. */
    readonly expects?: string;
    /** The page that sets the limit. */
    readonly source?: string;
    /** Never shown in a message. */
    readonly secret?: boolean;
    /** Where the value comes from when the stack file has none. */
    readonly fallback?: string;
  }
}

const DOCS = "https://developers.cloudflare.com/ai-gateway";
const LIMITS = `${DOCS}/reference/limits/`;

const collect = z.enum(["full", "metadata", "none"]).meta({
  description:
    "what a log keeps: full (with prompt and answer), metadata (model, tokens, cost, status, duration) or none (no log)",
});

const legacyLogs = z.strictObject({
  collect,
  maxEntries: z.int().min(10_000).max(10_000_000).meta({
    description: "logs kept at most, by count; legacy log system only",
    source: LIMITS,
  }),
  whenFull: z.enum(["deleteOldest", "stop"]).meta({
    description:
      "at maxEntries: delete the oldest logs, or stop logging (requests are served on); legacy log system only",
  }),
});

// No cap and no strategy: on this system storage is bounded by the plan's allowance and by days.
const observabilityLogs = z.strictObject({ collect });

const common = {
  gatewayId: z
    .string()
    .max(64)
    .regex(/^[a-z0-9_]+(?:-[a-z0-9_]+)*$/)
    .meta({
      description: "id of the stack's AI Gateway; changing it makes a new gateway",
      expects: "1 to 64 of a-z, 0-9, _ and single -",
      source: LIMITS,
    }),
  accountId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({
      description: "Cloudflare account",
      expects: "32 hexadecimal characters, lower case",
      fallback: "CLOUDFLARE_ACCOUNT_ID",
    }),
  tier: z.enum(["development", "production"]).meta({
    description: "how strict the rules about a stack are; nothing else depends on it",
  }),
  protect: z.boolean().default(true).meta({
    description:
      "refuse to delete or replace the gateway, and keep it at Cloudflare if it leaves the stack",
  }),
  cache: z
    .strictObject({
      ttlSeconds: z
        .int()
        .min(60)
        .max(2_592_000)
        .meta({
          description: "how long an answer is served again to an identical request",
          source: `${DOCS}/features/caching/`,
        }),
    })
    .optional()
    .meta({ description: "cache of answers, shared by all callers" }),
  rateLimit: z
    .strictObject({
      requests: z
        .int()
        .min(1)
        .max(1_000_000_000)
        .meta({ description: "requests allowed per interval" }),
      intervalSeconds: z
        .int()
        .min(1)
        .max(2_592_000)
        .meta({ description: "length of the interval" }),
      technique: z.enum(["fixed", "sliding"]).meta({
        description: "fixed (clock-aligned windows) or sliding (the trailing interval)",
      }),
    })
    .optional()
    .meta({ description: "one limit for all callers of the gateway together" }),
  retry: z
    .strictObject({
      maxAttempts: z
        .int()
        .min(1)
        .max(5)
        .meta({
          description: "retries of a failed upstream call; each may be billed",
          source: `${DOCS}/configuration/manage-gateway/#retry-requests`,
        }),
      // The API has accepted more since 2026-08; this is what every published page agrees on.
      delayMs: z
        .int()
        .min(100)
        .max(5000)
        .meta({
          description: "wait before a retry",
          source: `${DOCS}/configuration/manage-gateway/#retry-requests`,
        }),
      backoff: z.enum(["constant", "linear", "exponential"]).meta({
        description: "how the wait grows from retry to retry",
      }),
    })
    .optional()
    .meta({ description: "retries by the gateway" }),
  worker: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
      .meta({
        description: "name of the chat Worker and first label of its workers.dev address",
        expects: "1 to 63 of a-z, 0-9 and -, not at either end",
        source: "https://developers.cloudflare.com/workers/platform/limits/",
      }),
    models: z
      .array(
        z
          .string()
          .regex(/^@cf\/[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9._-]*$/)
          .meta({
            expects: "a Workers AI model, @cf/AUTHOR/MODEL",
            source: "https://developers.cloudflare.com/workers-ai/models/",
          }),
      )
      .min(1)
      .max(50)
      .meta({ description: "models a caller may ask for; the first answers GET /" }),
    access: z.enum(["token", "open"]).default("token").meta({
      description: "who may call: token (the callers below) or open (everybody, at your cost)",
    }),
    workersDev: z.boolean().default(false).meta({
      description: "serve the Worker at https://NAME.SUBDOMAIN.workers.dev",
    }),
    workersDevSubdomain: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
      .optional()
      .meta({
        description: "the account's workers.dev subdomain, for the workerUrl output",
        expects: "the label before .workers.dev",
      }),
    // A larger log is not stored, so a larger request would be served unseen.
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(10_000_000)
      .default(1_000_000)
      .meta({ description: "largest request body the Worker reads", source: LIMITS }),
  }),
  callers: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/)
          .meta({
            description: "name of the caller in each log's metadata; repeat it to rotate a token",
            expects: "1 to 32 of a-z, 0-9 and -, not at either end",
          }),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .meta({
            description: "SHA-256 of the caller's token, as a Pulumi secret",
            expects: "64 hexadecimal characters, lower case",
            secret: true,
          }),
      }),
    )
    .max(100)
    .default([])
    .meta({ description: "who may call the Worker when access is token" }),
};

const logSystem = z.enum(["legacy", "observability"]).meta({
  description:
    "the account's log system: legacy if the account was created before 2026-09-24, else observability",
  source: `${DOCS}/observability/logging/`,
});

const { gatewayId, accountId, tier, protect, ...traffic } = common;
const head = { gatewayId, accountId, tier, protect, logSystem };

/**
 * The two shapes of a stack. What has no effect on one log system cannot be written for it.
 * Both accept either name, so that a wrong name is reported beside every other problem.
 */
export const schemas = {
  legacy: z
    .strictObject({ ...head, logs: legacyLogs, ...traffic })
    .transform(({ logSystem: _, logs, ...rest }) => ({
      ...rest,
      logs: { system: "legacy" as const, ...logs },
    })),
  observability: z
    .strictObject({ ...head, logs: observabilityLogs, ...traffic })
    .transform(({ logSystem: _, logs, ...rest }) => ({
      ...rest,
      logs: { system: "observability" as const, ...logs },
    })),
};

export type LogSystem = keyof typeof schemas;

/** A checked stack. Units are part of the names; what is off is absent. */
export type Settings = z.output<(typeof schemas)[LogSystem]>;

export type Logs = Settings["logs"];
