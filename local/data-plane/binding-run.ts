/** The AI binding's `run`, through a gateway and without one. */
import type { IncomingHttpHeaders } from "node:http";

import { z } from "zod";

import { isWorkersAi } from "../../policy/platform.ts";
import type { GatewayAnswer } from "../gateway/gateway.ts";
import { bindingGateway, readBindingOptions, readHeaderOptions } from "../gateway/options.ts";
import { unsupported } from "../gateway/refusal.ts";
import type { Runs } from "../gateway/runs.ts";
import type { LocalAccount } from "../local-account.ts";
import { ensureDefault } from "./default-gateway.ts";

export interface RunParts extends Pick<LocalAccount, "account" | "gateway"> {
  readonly runs: Runs;
}

const bindingCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: bindingGateway }),
});
// Without a gateway, its other options mean nothing to a model.
const lonelyCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: z.undefined().optional() }).optional(),
});

interface Run {
  readonly pathname: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Answers `run`; undefined where a call is something else. */
export async function answerRun(
  { pathname, headers, body }: Run,
  { account, gateway, runs }: RunParts,
): Promise<GatewayAnswer | undefined> {
  const model = headers["cf-consn-model-id"];
  if (typeof model !== "string") return undefined;
  const lonely = lonelyCall.safeParse(body);
  if (pathname === "/run" && lonely.success) {
    // https://developers.cloudflare.com/ai-gateway/usage/worker-binding-methods/
    if (isWorkersAi(model)) return gateway.runAlone({ model, inputs: lonely.data.inputs });
    return unsupported(`${model} is a third party's model, which runs through a gateway only`);
  }
  const call = bindingCall.safeParse(body);
  if (pathname !== "/ai-gateway/run" || !call.success) return undefined;
  const { inputs, options } = call.data;
  ensureDefault(account, options.gateway.id);
  const answer = await gateway.handle({
    gatewayId: options.gateway.id,
    model,
    inputs,
    options: { ...readBindingOptions(options.gateway), ...readHeaderOptions(headers) },
  });
  // Seen of third parties' models alone.
  return isWorkersAi(model) ? answer : runs.keep(options.gateway.id, answer);
}
