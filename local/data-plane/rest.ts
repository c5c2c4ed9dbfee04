/**
 * The models on Cloudflare's REST API: `/accounts/{account}/ai/run` and `/ai/v1`.
 * https://developers.cloudflare.com/ai-gateway/usage/rest-api/
 */
import type { IncomingMessage } from "node:http";

import { data, readJson } from "../answers.ts";
import { API_PATH, ApiError } from "../api/envelope.ts";
import type { GatewayAnswer } from "../gateway/gateway.ts";
import { readHeaderOptions } from "../gateway/options.ts";
import { refusal } from "../gateway/refusal.ts";
import { wrapped } from "../gateway/targets.ts";
import { isWorkersAi } from "../../policy/platform.ts";
import { DEFAULT_GATEWAY, ensureDefault } from "./default-gateway.ts";
import type { DataPlane } from "./provider.ts";
import { readRestCall, type RestCall } from "./rest-call.ts";

/** Answers a call of a model; undefined where the path means something else of the API. */
export async function answerRest(
  request: IncomingMessage,
  path: string,
  plane: DataPlane,
): Promise<GatewayAnswer | undefined> {
  const [, accountId = "", endpoint] = PATH.exec(path) ?? [];
  if (request.method !== "POST" || endpoint === undefined) return undefined;
  try {
    const token = plane.access.identify(authorizationOf(request, endpoint));
    const call = readRestCall(endpoint, await readJson(request));
    if ("refused" in call) return call.refused;
    const gatewayId = gatewayOf(request, call);
    const address = request.socket.remoteAddress ?? "";
    const permissions = gatewayId === undefined ? OF_WORKERS_AI : OF_GATEWAYS;
    plane.access.require(token, permissions, { accountId, address });
    return await run(request, { ...call, gatewayId }, plane);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, problems: errors } = error;
    return data(status, { success: false, errors, messages: [], result: null });
  }
}

const PATH = new RegExp(`^${API_PATH}/accounts/([^/]+)/ai/(run(?:/.+)?|v1/.+)$`);

// Which one of its permissions Cloudflare means is not documented; this one is made for calls.
const OF_GATEWAYS = ["AI Gateway Run"] as const;
const OF_WORKERS_AI = ["Workers AI Read", "Workers AI Write"] as const;

/** Anthropic's form has its key in a header of its own, and the documentation points its SDK here. */
function authorizationOf({ headers }: IncomingMessage, endpoint: string): string | undefined {
  const key = endpoint.endsWith("/messages") ? headers["x-api-key"] : undefined;
  return headers.authorization ?? (key === undefined ? undefined : `Bearer ${String(key)}`);
}

/** Returns the gateway of a call; undefined where a model of Workers AI runs without one. */
function gatewayOf({ headers }: IncomingMessage, call: RestCall): string | undefined {
  const named = headers["cf-aig-gateway-id"]?.toString() ?? call.gatewayId;
  return named ?? (isWorkersAi(call.model) ? undefined : DEFAULT_GATEWAY);
}

async function run(
  request: IncomingMessage,
  { gatewayId, isWrapped, needsGateway, options, ...call }: RestCall,
  { account, gateway }: DataPlane,
): Promise<GatewayAnswer> {
  if (gatewayId === undefined) {
    // Documented as required; what is answered without it is not.
    if (needsGateway) return refusal(400, 2001, `${call.model} needs the header cf-aig-gateway-id`);
    const answer = await gateway.runAlone(call);
    return isWrapped ? wrapped(answer) : answer;
  }
  ensureDefault(account, gatewayId);
  const answer = await gateway.handle({
    ...call,
    way: "rest",
    gatewayId,
    options: { ...options, ...readHeaderOptions(request.headers) },
  });
  return isWrapped ? wrapped(answer) : answer;
}
