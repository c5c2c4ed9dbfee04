/** Lists the values that a gateway has where its settings name none. */
import type { GatewaySettings } from "./account.ts";

/**
 * The values that Cloudflare fills in, as far as they are documented; a create by the REST API names
 * those of cache, collection and rate limit itself.
 * https://developers.cloudflare.com/api/resources/ai_gateway/methods/create/
 */
export const GATEWAY_DEFAULTS: Omit<GatewaySettings, "accountId" | "aiGatewayId"> = {
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
