/** The gateways of an account. */
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryAsk, type Connection } from "../account/account.ts";

const schema = z.object({
  id: z.string(),
  collect_logs: z.boolean(),
  log_management: z.number().nullish(),
});

export type ListedGateway = Readonly<z.output<typeof schema>>;

export function listGateways({ accountId, cloudflare }: Connection) {
  const pages = cloudflare.aiGateway.list({ account_id: accountId, per_page: 50 });
  return listAll(PERMISSIONS.readGateways, { what: "a gateway", schema }, pages);
}

/** Reads one gateway with all its fields, as the API has them. */
export function readGateway({ accountId, cloudflare }: Connection, gatewayId: string) {
  const question = cloudflare.aiGateway.get(gatewayId, { account_id: accountId });
  return tryAsk(PERMISSIONS.readGateways, question);
}
