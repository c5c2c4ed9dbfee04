/** `/accounts/{account}/ai-gateway/gateways/{gateway}/logs` */
import { z } from "zod";

import type { FoundLog } from "../logs/log.ts";
import type { Allow, Api, ApiArgs } from "./api.ts";
import { check, notFound, paging, readBody, success } from "./envelope.ts";
import { GATEWAYS } from "./gateways.ts";
import { logPatch, readPatch } from "./log-patch.ts";
import { readChoice, toDetail, toListItem } from "./log-wire.ts";

const LOGS = `${GATEWAYS}/:gateway/logs`;
const LOG = `${LOGS}/:log`;

const listing = paging.extend({
  search: z.string().optional(),
  meta_info: z.stringbool().default(false),
});
const deletion = z.object({ limit: z.coerce.number().int().min(1).optional() });

export function addLogs(api: Api, allow: Allow, { account, store }: ApiArgs): void {
  const read = allow("AI Gateway Read", "AI Gateway Write");
  const write = allow("AI Gateway Write");

  const requireGateway = (gateway: string): string => {
    if (account.state.gateways[gateway] === undefined) throw notFound();
    return gateway;
  };
  const find = (params: { readonly gateway: string; readonly log: string }): FoundLog => {
    const found = store.find(params.log);
    if (found === undefined || found.log.gateway !== params.gateway) throw notFound();
    return found;
  };

  api.get(LOGS, read, (c) => {
    const { searchParams } = new URL(c.req.url);
    const { page, per_page, search, meta_info } = check(listing, c.req.query());
    const gateway = requireGateway(c.req.param("gateway"));
    const choice = readChoice(searchParams, ["page", "per_page", "search", "meta_info"]);
    const query = { ...choice, gateway, search };
    const logs = store.page(query, page, per_page);
    const total_count = store.countOf(query);
    const info = { page, per_page, count: logs.length, total_count };
    const ranges = meta_info ? store.rangesOf(query) : {};
    return success(c, logs.map(toListItem), { result_info: { ...info, ...ranges } });
  });
  api.delete(LOGS, write, async (c) => {
    const gateway = requireGateway(c.req.param("gateway"));
    const { limit } = check(deletion, c.req.query());
    const choice = readChoice(new URL(c.req.url).searchParams, ["limit"]);
    await store.delete({ ...choice, gateway }, limit);
    return c.json({ success: true });
  });
  api.get(LOG, read, (c) => {
    const { log, bodies } = find(c.req.param());
    return success(c, toDetail(log, bodies));
  });
  api.patch(LOG, write, async (c) => {
    const found = find(c.req.param());
    store.change(found, readPatch(await readBody(c, logPatch)));
    return success(c, toListItem(find(c.req.param()).log));
  });
  for (const side of ["request", "response"] as const) {
    api.get(`${LOG}/${side}`, read, (c) => {
      const body = find(c.req.param()).bodies?.[side];
      if (body === undefined) throw notFound();
      return c.body(body, 200, { "content-type": "application/json" });
    });
  }
}
