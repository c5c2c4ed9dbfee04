/** `/accounts/{account}/ai-gateway/gateways/{gateway}/logs`: the logs of a gateway. */
import { z } from "zod";

import type { FoundLog } from "../logs/log.ts";
import { check, paging, readBody, refuseUnknown, success } from "./envelope.ts";
import { gatewayOf, GATEWAYS, READ, WRITE } from "./gateways.ts";
import { logPatch } from "./log-patch.ts";
import { readChoice, toDetail, toListItem } from "./log-wire.ts";
import { param, type ApiContext, type Route } from "./route.ts";

const LOGS = `${GATEWAYS}/:gateway/logs`;
const LOG = `${LOGS}/:log`;

export const LOG_ROUTES: readonly Route[] = [
  ["GET", LOGS, READ, listLogs],
  ["DELETE", LOGS, WRITE, deleteLogs],
  ["GET", LOG, READ, readLog],
  ["PATCH", LOG, WRITE, changeLog],
  ["GET", `${LOG}/request`, READ, (c) => bodyOf(c, "request")],
  ["GET", `${LOG}/response`, READ, (c) => bodyOf(c, "response")],
];

const listing = paging.extend({
  search: z.string().optional(),
  meta_info: z.stringbool().default(false),
});
const deletion = z.object({ limit: z.coerce.number().int().min(1).optional() });

function listLogs(c: ApiContext): Response {
  const { store } = c.env;
  const { page, per_page, search, meta_info } = check(listing, c.req.query());
  const query = { ...chosen(c, ["page", "per_page", "search", "meta_info"]), search };
  const logs = store.page(query, page, per_page);
  const total_count = store.countOf(query);
  const info = { page, per_page, count: logs.length, total_count };
  const ranges = meta_info ? store.rangesOf(query) : {};
  return success(c, logs.map(toListItem), { result_info: { ...info, ...ranges } });
}

async function deleteLogs(c: ApiContext): Promise<Response> {
  const query = chosen(c, ["limit"]);
  await c.env.store.delete(query, check(deletion, c.req.query()).limit);
  return c.json({ success: true });
}

function readLog(c: ApiContext): object {
  const { log, bodies } = logOf(c);
  return toDetail(log, bodies);
}

async function changeLog(c: ApiContext): Promise<object> {
  const found = logOf(c);
  c.env.store.change(found, await readBody(c, logPatch));
  return toListItem(logOf(c).log);
}

function bodyOf(c: ApiContext, side: "request" | "response"): Response {
  const body = logOf(c).bodies?.[side] ?? refuseUnknown();
  return c.body(body, 200, { "content-type": "application/json" });
}

/** Returns the query of the path and the query string; `known` are its other parameters. */
function chosen(c: ApiContext, known: readonly string[]) {
  const gateway = gatewayOf(c).settings.aiGatewayId;
  return { ...readChoice(new URL(c.req.url).searchParams, known), gateway };
}

function logOf(c: ApiContext): FoundLog {
  const found = c.env.store.find(param(c, "log"));
  return found?.log.gateway === param(c, "gateway") ? found : refuseUnknown();
}
