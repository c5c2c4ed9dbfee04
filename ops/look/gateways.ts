import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryCheck, type Connection } from "../account/account.ts";

const schema = z.object({
  id: z.string(),
  collect_logs: z.boolean(),
  log_management: z.number().nullish(),
});

/** The fields of a gateway that an audit needs, as the API names them. */
export type ListedGateway = Readonly<z.output<typeof schema>>;

export function listGateways({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.aiGateway.list({ account_id: accountId, per_page: 50 });
  return listAll(PERMISSIONS.readGateways, { what: "a gateway", schema }, list);
}

const whole = z.looseObject({
  id: z.string(),
  collect_logs: z.boolean(),
  created_at: z.string().optional(),
  modified_at: z.string().optional(),
});

/** Reads one gateway with all fields of the API. */
export function readGateway({ accountId, cloudflare }: Connection, gatewayId: string) {
  const request = () => cloudflare.aiGateway.get(gatewayId, { account_id: accountId });
  return tryCheck(PERMISSIONS.readGateways, { what: "a gateway", schema: whole }, request);
}
