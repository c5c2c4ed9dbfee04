/**
 * The universal endpoint: calls in their providers' own forms, of which the first that works is the
 * answer. https://developers.cloudflare.com/ai-gateway/usage/universal/
 */
import type { IncomingHttpHeaders } from "node:http";

import { z } from "zod";

import type { GatewayAnswer, LocalGateway } from "./gateway.ts";
import { readHeaderOptions, retryConfig } from "./options.ts";
import { refusal } from "./refusal.ts";
import { findTarget, wrapped, type ProviderCall } from "./targets.ts";

/** The body of a request: calls, in the order in which they are tried. */
export const universalCalls = z
  .array(
    z.object({
      provider: z.string(),
      endpoint: z.string(),
      headers: z.record(z.string(), z.coerce.string()).default({}).transform(inLowerCase),
      query: z.record(z.string(), z.unknown()),
      config: retryConfig.optional(),
    }),
  )
  .min(1);

/** One call; its headers and its configuration hold for it alone. */
interface UniversalCall extends ProviderCall {
  /** The headers, with names in lower case. */
  readonly headers?: IncomingHttpHeaders;
  readonly config?: z.output<typeof retryConfig> | undefined;
}

/**
 * Returns the answer of the first call that works, or the last one's failure. The options in
 * `headers` hold for every call; a key is sent with the one call that it pays, as documented.
 */
export async function callInTurn(
  gateway: LocalGateway,
  gatewayId: string,
  calls: readonly UniversalCall[],
  headers: IncomingHttpHeaders,
): Promise<GatewayAnswer> {
  let answer = refusal(400, 2019, "no call");
  for (const [step, call] of calls.entries()) {
    const own = { ...withoutKeys(headers), ...call.headers };
    answer = await callOne(gateway, gatewayId, { ...call, headers: own });
    answer = { ...answer, headers: { ...answer.headers, "cf-aig-step": String(step) } };
    if (answer.status < 400) return answer;
  }
  return answer;
}

// The providers' own headers for a key.
const KEY_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/** Returns the answer of one call. */
export async function callOne(
  gateway: LocalGateway,
  gatewayId: string,
  { headers = {}, config, ...call }: UniversalCall,
): Promise<GatewayAnswer> {
  const target = findTarget(call);
  if ("refused" in target) return target.refused;
  const hasOwnKey = KEY_HEADERS.some((name) => headers[name] !== undefined);
  const options = { ...config, ...readHeaderOptions(headers), hasOwnKey };
  const answer = await gateway.handle({ way: "provider", gatewayId, ...target, options });
  return target.isWrapped === true ? wrapped(answer) : answer;
}

function withoutKeys(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !KEY_HEADERS.includes(name)),
  );
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
