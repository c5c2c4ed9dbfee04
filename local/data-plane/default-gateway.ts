/** The gateway that an account makes by itself. */
import type { AccountState } from "../api/state.ts";
import { GATEWAY_DEFAULTS } from "../gateway-defaults.ts";

export const DEFAULT_GATEWAY = "default";

/**
 * Makes the gateway `default` where the id is that, and it does not exist: the first authenticated
 * request that names it, or none, does so.
 * https://developers.cloudflare.com/ai-gateway/configuration/manage-gateway/#default-gateway
 */
export function ensureDefault(account: AccountState, gatewayId: string): void {
  if (gatewayId !== DEFAULT_GATEWAY) return;
  if (account.find("gateways", gatewayId) !== undefined) return;
  const now = new Date().toISOString();
  const settings = { ...GATEWAY_DEFAULTS, accountId: account.id, aiGatewayId: DEFAULT_GATEWAY };
  const record = { settings, createdAt: now, modifiedAt: now, isDeclared: false };
  account.put("gateways", gatewayId, record);
}
