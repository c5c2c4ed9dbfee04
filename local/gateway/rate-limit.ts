/** The declared limit of a gateway. */
interface RateLimit {
  /** The number of requests in an interval; 0 is off. */
  readonly limit: number;
  readonly intervalSeconds: number;
  readonly technique: "fixed" | "sliding";
}

/**
 * Counts the requests of one gateway. Fixed windows follow the clock; a sliding window is the
 * trailing interval.
 */
export class RateLimiter {
  #accepted: number[] = [];
  readonly #now: () => number;

  /** `now` returns milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns whether one more request fits, and counts it if so. */
  accept({ limit, intervalSeconds, technique }: RateLimit): boolean {
    if (limit === 0 || intervalSeconds === 0) return true;
    const now = this.#now();
    const interval = intervalSeconds * 1000;
    const windowStart = technique === "fixed" ? now - (now % interval) : now - interval + 1;
    this.#accepted = this.#accepted.filter((time) => time >= windowStart);
    if (this.#accepted.length >= limit) return false;
    this.#accepted.push(now);
    return true;
  }
}
