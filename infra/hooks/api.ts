/** Calls Cloudflare's API for the hooks, with the provider's own credentials. */
import type Cloudflare from "cloudflare";
import { z } from "zod";

import { apiAddress } from "../api-address.ts";

/** Where a gateway is. */
export interface Place {
  readonly accountId: string;
  readonly gatewayId: string;
}

/**
 * Connects the official SDK to the address that the provider takes; undefined where the environment
 * names no credentials, which the SDK reads itself, under the provider's names.
 */
export async function connect(): Promise<Cloudflare | undefined> {
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, CLOUDFLARE_EMAIL } = process.env;
  if (!CLOUDFLARE_API_TOKEN && !(CLOUDFLARE_API_KEY && CLOUDFLARE_EMAIL)) return undefined;
  // Not imported above: the SDK is large, and most runs of the program create, change or delete no
  // gateway.
  const { default: Client } = await import("cloudflare");
  // Its own patience is three minutes, and a preview waits for it.
  const baseURL = apiAddress();
  return new Client({ timeout: 15_000, maxRetries: 1, ...(baseURL !== undefined && { baseURL }) });
}

/** The reason in a warning where no hook can call the API. */
export const NO_CREDENTIALS =
  "the environment has no CLOUDFLARE_API_TOKEN (nor CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL)";

const refusal = z.object({
  status: z.number(),
  errors: z.array(z.looseObject({ code: z.number() })).catch([]),
});

/** Checks whether the API answered 404. */
export function isNotFound(error: unknown): boolean {
  return refusal.safeParse(error).data?.status === 404;
}

/** Describes a failure as `HTTP 403, code 10000`, for its message may repeat a secret value. */
export function describeFailure(error: unknown): string {
  const { data } = refusal.safeParse(error);
  if (data === undefined) return "Cloudflare's API did not answer";
  return [`HTTP ${data.status}`, ...data.errors.map(({ code }) => `code ${code}`)].join(", ");
}
