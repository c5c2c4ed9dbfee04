/**
 * The endpoints of callers beside a Worker, as under https://gateway.ai.cloudflare.com.
 * https://developers.cloudflare.com/ai-gateway/usage/providers/
 */
import type { IncomingMessage } from "node:http";

import { z } from "zod";

import { readJson, unescaped } from "../answers.ts";
import type { Access } from "../api/access.ts";
import type { GatewayAnswer } from "../gateway/gateway.ts";
import { notImitated, refusal } from "../gateway/refusal.ts";
import { isEndpoint } from "../gateway/targets.ts";
import { callInTurn, callOne, universalCalls } from "../gateway/universal.ts";
import type { LocalAccount } from "../local-account.ts";
import { DEFAULT_GATEWAY, ensureDefault } from "./default-gateway.ts";

export interface DataPlane extends Pick<LocalAccount, "account" | "gateway"> {
  readonly access: Access;
}

/** Answers a call at a path that begins with `/v1/`; with status 501 where it is not imitated. */
export async function answerProvider(
  request: IncomingMessage,
  path: string,
  plane: DataPlane,
): Promise<GatewayAnswer> {
  const { gatewayId, provider, endpoint } = readPath(path);
  const isKnown = provider === undefined || isEndpoint(provider, endpoint);
  if (request.method !== "POST" || gatewayId === undefined || !isKnown) {
    return notImitated(`${request.method} ${path}`);
  }
  if (!mayCall(request, gatewayId, plane)) return refusal(401, 2009, "Unauthorized");
  ensureDefault(plane.account, gatewayId);
  const body = await readJson(request);
  if (provider !== undefined) {
    const query = z.record(z.string(), z.unknown()).catch({}).parse(body);
    const { headers } = request;
    return callOne(plane.gateway, gatewayId, { provider, endpoint, query, headers });
  }
  const calls = universalCalls.safeParse(body);
  // It is not documented what a body of another form is answered with.
  if (!calls.success) return refusal(400, 2019, "the body is not a list of calls");
  return callInTurn(plane.gateway, gatewayId, calls.data, request.headers);
}

/** Reads `/v1/{account}/{gateway}`, and what follows; SDKs escape the slashes of a model. */
function readPath(path: string) {
  const [, gatewayId, provider, endpoint = ""] =
    /^\/v1\/[^/]+\/([^/]+)(?:\/([^/]+)\/(.+))?\/?$/.exec(path) ?? [];
  return { gatewayId, provider, endpoint: unescaped(endpoint) };
}

/** Returns whether a request may pass; the account makes the gateway `default` for nobody unknown. */
function mayCall(request: IncomingMessage, gatewayId: string, plane: DataPlane): boolean {
  const settings = plane.gateway.settings(gatewayId);
  const needsToken = settings?.authentication ?? gatewayId === DEFAULT_GATEWAY;
  const token = String(request.headers["cf-aig-authorization"]);
  return !needsToken || plane.access.mayRun(token, request.socket.remoteAddress ?? "");
}
