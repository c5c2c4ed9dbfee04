/** Reads the options of one request, from the binding's options and from `cf-aig-*` headers. */
import type { IncomingHttpHeaders } from "node:http";

import { z } from "zod";

import { parseJson } from "../../policy/json.ts";

/**
 * The options of a request; where one is absent, the gateway's setting holds. Names and bounds:
 * https://developers.cloudflare.com/ai-gateway/glossary/
 */
export interface RequestOptions {
  readonly collectLog?: boolean | undefined;
  readonly collectLogPayload?: boolean | undefined;
  readonly skipCache?: boolean | undefined;
  readonly cacheTtlSeconds?: number | undefined;
  readonly cacheKey?: string | undefined;
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  readonly eventId?: string | undefined;
  readonly maxAttempts?: number | undefined;
  readonly retryDelayMs?: number | undefined;
  readonly backoff?: "constant" | "linear" | "exponential" | undefined;
  readonly customCost?: z.output<typeof customCost> | undefined;
  /** The trace, and the span in it, that the exported span of this request is to belong to. */
  readonly traceId?: string | undefined;
  readonly parentSpanId?: string | undefined;
  readonly byokAlias?: string | undefined;
  readonly noWholesale?: boolean | undefined;
  /** Whether the request brings a provider's key of its own. */
  readonly hasOwnKey?: boolean | undefined;
}

const flatMetadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const backoff = z.enum(["constant", "linear", "exponential"]);
// https://developers.cloudflare.com/ai-gateway/configuration/custom-costs/
const customCost = z.object({
  per_token_in: z.number().optional(),
  per_token_out: z.number().optional(),
  total_cost: z.number().optional(),
});

/** The `gateway` group of the binding's third argument. What is not named here has no effect. */
export const bindingGateway = z.object({
  id: z.string().min(1),
  collectLog: z.boolean().optional(),
  skipCache: z.boolean().optional(),
  cacheTtl: z.number().optional(),
  cacheKey: z.string().optional(),
  metadata: flatMetadata.optional(),
  eventId: z.string().optional(),
  retries: z
    .object({
      maxAttempts: z.number().optional(),
      retryDelayMs: z.number().optional(),
      backoff: backoff.optional(),
    })
    .optional(),
});

/** The configuration of one call of the universal endpoint, as options of its request. */
export const retryConfig = z
  .object({
    maxAttempts: z.number().optional(),
    retryDelay: z.number().optional(),
    backoff: backoff.optional(),
  })
  .transform(({ retryDelay, ...config }) => withoutAbsent({ ...config, retryDelayMs: retryDelay }));

/** Reads the options of a call through the binding. */
export function readBindingOptions(
  options: Omit<z.output<typeof bindingGateway>, "id">,
): RequestOptions {
  return withoutAbsent({
    collectLog: options.collectLog,
    skipCache: options.skipCache,
    cacheTtlSeconds: options.cacheTtl,
    cacheKey: options.cacheKey,
    metadata: options.metadata && firstFive(options.metadata),
    eventId: options.eventId,
    maxAttempts: options.retries?.maxAttempts,
    retryDelayMs: options.retries?.retryDelayMs,
    backoff: options.retries?.backoff,
  });
}

/** Reads the options that `cf-aig-*` headers set. */
export function readHeaderOptions(headers: IncomingHttpHeaders): RequestOptions {
  const read = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const header = (name: string) => read(`cf-aig-${name}`);
  return withoutAbsent({
    collectLog: toBoolean(header("collect-log")),
    collectLogPayload: toBoolean(header("collect-log-payload")),
    // The caching headers work under their old names, too.
    skipCache: toBoolean(header("skip-cache") ?? read("cf-skip-cache")),
    cacheTtlSeconds: toNumber(header("cache-ttl") ?? read("cf-cache-ttl")),
    cacheKey: header("cache-key"),
    metadata: toMetadata(header("metadata")),
    customCost: customCost.safeParse(parseJson(header("custom-cost") ?? "")).data,
    eventId: header("event-id"),
    maxAttempts: toNumber(header("max-attempts")),
    retryDelayMs: toNumber(header("retry-delay")),
    backoff: backoff.safeParse(header("backoff")).data,
    traceId: hex(header("otel-trace-id"), 32),
    parentSpanId: hex(header("otel-parent-span-id"), 16),
    byokAlias: header("byok-alias"),
    noWholesale: toBoolean(header("no-wholesale")),
  });
}

/** Leaves out what is absent, so that one source never hides the other's value. */
function withoutAbsent(options: RequestOptions): RequestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function toBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.toLowerCase() === "true";
}

function toNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Returns an id of a trace; undefined where it is none, or has no digit but 0, which means none. */
function hex(text: string | undefined, length: number): string | undefined {
  const isId = text?.length === length && /^[0-9a-f]+$/i.test(text) && /[^0]/.test(text);
  return isId ? text.toLowerCase() : undefined;
}

function toMetadata(text: string | undefined): RequestOptions["metadata"] {
  const parsed = flatMetadata.safeParse(parseJson(text ?? ""));
  return parsed.data && firstFive(parsed.data);
}

// https://developers.cloudflare.com/ai-gateway/observability/custom-metadata/
function firstFive<T>(metadata: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(metadata).slice(0, 5));
}
