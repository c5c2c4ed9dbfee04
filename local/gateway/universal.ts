/**
 * The universal endpoint: calls in their providers' own forms, of which the first that works is the
 * answer. https://developers.cloudflare.com/ai-gateway/usage/universal/
 */
import type { IncomingHttpHeaders } from "node:http";

import { z } from "zod";

import type { Wire } from "../../policy/settings/wires.ts";
import type { GatewayAnswer, LocalGateway } from "./gateway.ts";
import { readHeaderOptions } from "./options.ts";
import { notImitated, refusal } from "./refusal.ts";

/** The body of a request: calls, in the order in which they are tried. */
export const universalCalls = z
  .array(
    z.object({
      provider: z.string(),
      endpoint: z.string(),
      headers: z.record(z.string(), z.coerce.string()).default({}),
      query: z.looseObject({ model: z.string().optional() }),
    }),
  )
  .min(1);

type UniversalCall = z.output<typeof universalCalls>[number];

/**
 * Returns the answer of the first call that works, or the last one's failure; `headers` hold for
 * every call.
 */
export async function callInTurn(
  gateway: LocalGateway,
  gatewayId: string,
  calls: readonly UniversalCall[],
  headers: IncomingHttpHeaders,
): Promise<GatewayAnswer> {
  let answer = refusal(400, 2019, "no call");
  for (const [step, call] of calls.entries()) {
    const target = toModel(call);
    if (target === undefined) {
      return notImitated(`${call.provider} at ${call.endpoint}`);
    }
    const options = readHeaderOptions({ ...headers, ...call.headers });
    answer = await gateway.handle({ way: "provider", gatewayId, ...target, options });
    answer = { ...answer, headers: { ...answer.headers, "cf-aig-step": String(step) } };
    if (answer.status < 400) return answer;
  }
  return answer;
}

// The ends of the providers' own paths.
const PATHS: readonly (readonly [end: RegExp, wire: Wire])[] = [
  [/(?:^|\/)(?:chat\/completions|embeddings)$/, "chat"],
  [/(?:^|\/)responses$/, "responses"],
  [/(?:^|\/)messages$/, "messages"],
];

/**
 * Returns the model that a call names, with its inputs and their form; undefined for a form that
 * no model here knows.
 */
function toModel({ provider, endpoint, query }: UniversalCall) {
  const { model, ...inputs } = query;
  if (provider === "workers-ai" && endpoint.startsWith("@cf/")) {
    return { model: endpoint, inputs: query };
  }
  const wire = PATHS.find(([end]) => end.test(endpoint))?.[1];
  if (model === undefined || wire === undefined) return undefined;
  return { model: provider === "workers-ai" ? model : `${provider}/${model}`, inputs, wire };
}
