import type { GatewaySettings } from "../account.ts";
import type { RequestOptions } from "./options.ts";

/** An answer that can be repeated. */
interface CachedAnswer {
  readonly body: string;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
}

/** Keeps answers to identical requests, in memory: the real cache is volatile, too. */
export class Cache {
  readonly #entries = new Map<
    string,
    { readonly answer: CachedAnswer; readonly expiresAt: number }
  >();
  readonly #now: () => number;

  /** `now` returns milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#now() ? entry.answer : undefined;
  }

  set(key: string, answer: CachedAnswer, ttlSeconds: number): void {
    this.#entries.set(key, { answer, expiresAt: this.#now() + ttlSeconds * 1000 });
  }

  clear(): void {
    this.#entries.clear();
  }
}

/**
 * Returns how long an answer is cached. A cache key with caching off means five minutes.
 * https://developers.cloudflare.com/ai-gateway/features/caching/
 */
export function defaultTtl(options: RequestOptions, settings: GatewaySettings): number {
  return settings.cacheTtl === 0 && options.cacheKey !== undefined ? 300 : settings.cacheTtl;
}
