/** What a request costs. */
import type { RequestOptions } from "./options.ts";

// These are not Cloudflare's prices but stand-ins, so that the column can be looked at: US dollars
// a token.
const PRICE_IN = 0.15 / 1_000_000;
const PRICE_OUT = 0.6 / 1_000_000;

/** What is known of an answer. */
interface Counted {
  readonly status: number;
  readonly cached: boolean;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
}

/**
 * Returns the cost of an answer in US dollars, at the request's own prices where it has some;
 * undefined without token counts, and for a failure. An answer from the cache is free.
 */
export function costOf(
  { status, cached, tokensIn, tokensOut }: Counted,
  { customCost = {} }: RequestOptions,
): number | undefined {
  if (cached) return 0;
  if (status >= 400) return undefined;
  if (customCost.total_cost !== undefined) return customCost.total_cost;
  if (tokensIn === undefined || tokensOut === undefined) return undefined;
  const { per_token_in = PRICE_IN, per_token_out = PRICE_OUT } = customCost;
  return tokensIn * per_token_in + tokensOut * per_token_out;
}
