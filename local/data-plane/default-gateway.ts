/** The gateway that an account makes by itself. */
import type { GatewaySettings } from "../account.ts";
import { recordOf, type AccountState } from "../api/state.ts";

/** The id of that gateway. */
export const DEFAULT_GATEWAY = "default";

/**
 * Makes the gateway `default` where the id is that, and it does not exist: the first authenticated
 * request that names it, or none, does so.
 * https://developers.cloudflare.com/ai-gateway/configuration/manage-gateway/#default-gateway
 */
export function ensureDefault(account: AccountState, gatewayId: string): void {
  if (gatewayId !== DEFAULT_GATEWAY) return;
  if (recordOf(account.state.gateways, gatewayId) !== undefined) return;
  const now = new Date().toISOString();
  const settings: GatewaySettings = { ...SETTINGS, accountId: account.id };
  const record = { settings, createdAt: now, modifiedAt: now, isDeclared: false };
  account.put("gateways", gatewayId, record);
}

const SETTINGS: Omit<GatewaySettings, "accountId"> = {
  aiGatewayId: DEFAULT_GATEWAY,
  authentication: true,
  byokOnly: false,
  cacheInvalidateOnUpdate: false,
  cacheTtl: 0,
  collectLogs: true,
  logClassification: false,
  logManagement: 10_000_000,
  logManagementStrategy: "DELETE_OLDEST",
  logpush: false,
  rateLimitingInterval: 0,
  rateLimitingLimit: 0,
  rateLimitingTechnique: "fixed",
  storeId: "",
  workersAiBillingMode: "postpaid",
  zdr: false,
};
