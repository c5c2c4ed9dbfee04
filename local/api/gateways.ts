/** `/accounts/{account}/ai-gateway/gateways`: the gateways of the stack, and those made here. */
import { z } from "zod";

import type { GatewaySettings } from "../account.ts";
import { ApiError, paged, readBody } from "./envelope.ts";
import { fromWire, toWire, withoutDropped, type GatewayFault } from "./gateway-wire.ts";
import { recordAt, type ApiContext, type Route } from "./route.ts";
import type { Records } from "./state.ts";

export const GATEWAYS = "/accounts/:account/ai-gateway/gateways";
const GATEWAY = `${GATEWAYS}/:gateway`;
export const READ = ["AI Gateway Read", "AI Gateway Write"] as const;
export const WRITE = ["AI Gateway Write"] as const;

export const GATEWAY_ROUTES: readonly Route[] = [
  ["GET", GATEWAYS, READ, listGateways],
  ["POST", GATEWAYS, WRITE, createGateway],
  ["GET", GATEWAY, READ, (c) => describe(gatewayOf(c))],
  ["PUT", GATEWAY, WRITE, replaceGateway],
  ["DELETE", GATEWAY, WRITE, deleteGateway],
];

// https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
const update = z.looseObject({
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: z.number().nullable(),
  collect_logs: z.boolean(),
  rate_limiting_interval: z.number().nullable(),
  rate_limiting_limit: z.number().nullable(),
});
const create = update.extend({ id: z.string() });

/** Returns the gateway that the path names; throws an ApiError where there is none. */
export function gatewayOf(c: ApiContext): Records["gateways"] {
  return recordAt(c, "gateways", "gateway");
}

function listGateways(c: ApiContext): Response {
  const search = c.req.query("search") ?? "";
  const gateways = c.env.account.list("gateways");
  const found = gateways.filter(({ settings }) => settings.aiGatewayId.includes(search));
  return paged(c, found.map(describe));
}

async function createGateway(c: ApiContext): Promise<object> {
  const { account } = c.env;
  const body = await readBody(c, create);
  if (account.find("gateways", body.id) !== undefined) {
    const message = "a gateway with this id exists";
    throw new ApiError(409, { code: 7001, message, path: ["id"] });
  }
  const settings = fromWire(taken(c, body, "a create drops fields"), account.id);
  requireClosed(settings);
  const now = new Date().toISOString();
  return keep(c, { settings, createdAt: now, modifiedAt: now, isDeclared: false });
}

async function replaceGateway(c: ApiContext): Promise<object> {
  const before = gatewayOf(c);
  const body = await readBody(c, update);
  // What is left out stays, null sets it back: Cloudflare documents neither. Its name cannot
  // change.
  const fields = taken(c, body, "an update drops fields");
  const merged = { ...toWire(before.settings), ...fields, id: before.settings.aiGatewayId };
  const settings = fromWire(merged, c.env.account.id);
  // One that was open before November 2026 may stay so.
  if (before.settings.authentication) requireClosed(settings);
  return keep(c, { ...before, settings, modifiedAt: new Date().toISOString() });
}

// https://developers.cloudflare.com/changelog/post/2026-11-03-required-authentication/
function requireClosed({ authentication }: GatewaySettings): void {
  if (authentication) return;
  const message = "authentication cannot be switched off";
  throw new ApiError(400, { code: 7001, message, path: ["authentication"] });
}

async function deleteGateway(c: ApiContext): Promise<object> {
  const gone = gatewayOf(c);
  const id = gone.settings.aiGatewayId;
  const { account } = c.env;
  account.remove("gateways", id);
  // The secrets of its keys stay.
  account.removeWhere("providerConfigs", ({ gateway_id }) => gateway_id === id);
  account.removeWhere("held", ({ place }) => place.startsWith(`ai-gateway/gateways/${id}/`));
  await c.env.store.delete({ gateway: id, filters: [] });
  return describe(gone);
}

/** Returns what the API takes of a request: everything, where no fault is planted. */
function taken({ env }: ApiContext, body: Readonly<Record<string, unknown>>, fault: GatewayFault) {
  return env.faults?.includes(fault) === true ? withoutDropped(body) : body;
}

function keep({ env }: ApiContext, record: Records["gateways"]): object {
  env.account.put("gateways", record.settings.aiGatewayId, record);
  return describe(record);
}

function describe({ settings, createdAt, modifiedAt }: Records["gateways"]): object {
  const is_default = settings.aiGatewayId === "default";
  return { ...toWire(settings), is_default, created_at: createdAt, modified_at: modifiedAt };
}
