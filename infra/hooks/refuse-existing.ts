import type Cloudflare from "cloudflare";

import { describeFailure, isNotFound, type Place } from "./api.ts";

/**
 * Throws where the account has the gateway already, with the way to adopt it. Without this look the provider repeats
 * its refused request for three minutes, and then says nothing of adoption.
 */
export async function refuseExisting(
  api: Cloudflare,
  { accountId, gatewayId }: Place,
  warn: (message: string) => void,
): Promise<void> {
  try {
    await api.aiGateway.get(gatewayId, { account_id: accountId });
  } catch (error) {
    if (isNotFound(error)) return;
    // No reason to stop: where it exists after all, the provider refuses.
    warn(`not known whether gateway ${gatewayId} exists already: ${describeFailure(error)}`);
    return;
  }
  throw new Error(
    `gateway ${gatewayId} exists in account ${accountId} and is not this stack's; ` +
      `adopt it with \`pulumi import cloudflare:index/aiGateway:AiGateway gateway ${accountId}/${gatewayId}\`, ` +
      "or choose another ai-gateway:gatewayId",
  );
}
