/** `/accounts/{account}/ai-gateway/gateways`: the gateways of the stack, and those made here. */
import { z } from "zod";

import type { Allow, Api, ApiArgs } from "./api.ts";
import { ApiError, notFound, paged, readBody, success } from "./envelope.ts";
import { fromWire, PUT_ONLY, toWire } from "./gateway-wire.ts";
import type { GatewayRecord } from "./state.ts";

export const GATEWAYS = "/accounts/:account/ai-gateway/gateways";

// https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
const update = z.looseObject({
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: z.number().nullable(),
  collect_logs: z.boolean(),
  rate_limiting_interval: z.number().nullable(),
  rate_limiting_limit: z.number().nullable(),
});
const create = update.extend({ id: z.string() });

export function addGateways(api: Api, allow: Allow, { account, store }: ApiArgs): void {
  const read = allow("AI Gateway Read", "AI Gateway Write");
  const write = allow("AI Gateway Write");

  const find = (id: string): GatewayRecord => {
    const gateway = account.state.gateways[id];
    if (gateway === undefined) throw notFound();
    return gateway;
  };
  const keep = (record: GatewayRecord): object => {
    const id = record.settings.aiGatewayId;
    account.update((state) => ({ ...state, gateways: { ...state.gateways, [id]: record } }));
    return describe(record);
  };

  api.get(GATEWAYS, read, (c) => {
    const search = c.req.query("search") ?? "";
    const gateways = Object.values(account.state.gateways);
    const found = gateways.filter(({ settings }) => settings.aiGatewayId.includes(search));
    return paged(c, found.map(describe));
  });
  api.post(GATEWAYS, write, async (c) => {
    const body = await readBody(c, create);
    if (account.state.gateways[body.id] !== undefined) {
      throw new ApiError(409, {
        code: 7001,
        message: "a gateway with this id exists",
        path: ["id"],
      });
    }
    const settings = fromWire(without(body, PUT_ONLY), account.id);
    const now = new Date().toISOString();
    return success(c, keep({ settings, createdAt: now, modifiedAt: now, isDeclared: false }));
  });
  api.get(`${GATEWAYS}/:gateway`, read, (c) => success(c, describe(find(c.req.param("gateway")))));
  api.put(`${GATEWAYS}/:gateway`, write, async (c) => {
    const before = find(c.req.param("gateway"));
    const body = await readBody(c, update);
    // What is left out stays, null sets it back: Cloudflare documents neither. Its name cannot change.
    const merged = { ...toWire(before.settings), ...body, id: before.settings.aiGatewayId };
    const settings = fromWire(merged, account.id);
    return success(c, keep({ ...before, settings, modifiedAt: new Date().toISOString() }));
  });
  api.delete(`${GATEWAYS}/:gateway`, write, async (c) => {
    const gone = find(c.req.param("gateway"));
    const id = gone.settings.aiGatewayId;
    account.update((state) => ({ ...state, gateways: without(state.gateways, [id]) }));
    await store.delete({ gateway: id, filters: [] });
    return success(c, describe(gone));
  });
}

function describe({ settings, createdAt, modifiedAt }: GatewayRecord): object {
  const is_default = settings.aiGatewayId === "default";
  return { ...toWire(settings), is_default, created_at: createdAt, modified_at: modifiedAt };
}

function without<T>(
  object: Readonly<Record<string, T>>,
  keys: readonly string[],
): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
