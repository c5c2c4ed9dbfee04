/** Decides what pays a call of a third party's model: a stored key or credits. */
import { authorOf, keyProviderOf } from "../../policy/gateway/provider-keys.ts";
import { isWorkersAi } from "../../policy/platform.ts";
import type { GatewaySettings } from "../account.ts";
import type { GatewayAnswer, GatewayRequest } from "./gateway.ts";
import { refusal } from "./refusal.ts";

/** Finds a gateway's stored key of a provider: none, one that can be read, or one whose secret is gone. */
export type FindKey = (place: {
  readonly gateway_id: string;
  readonly provider_slug: string;
  readonly alias: string;
}) => "none" | "readable" | "lost";

/**
 * Refuses a call without credentials where the gateway, or the request, forbids to pay from credits:
 * a key of its own, then the stored one of its alias, is taken before those. Only the status is
 * documented. https://developers.cloudflare.com/changelog/post/2026-09-14-require-provider-credentials/
 */
export function refuseUnpaid(
  { way, gatewayId, model, options }: GatewayRequest,
  { byokOnly }: GatewaySettings,
  find: FindKey,
): GatewayAnswer | undefined {
  if (isWorkersAi(model) || options.hasOwnKey === true) return undefined;
  const provider_slug = keyProviderOf(model);
  // Through the binding's run only this alias is looked up, whatever a header says.
  const alias = way === "provider" ? (options.byokAlias ?? "default") : "default";
  const found =
    provider_slug === undefined ? "none" : find({ gateway_id: gatewayId, provider_slug, alias });
  // Reported: the gateway does not fall back on credits then.
  if (found === "lost") return refusal(400, 2009, "Configured BYOK credentials are unavailable");
  const isForbidden = byokOnly || options.noWholesale === true;
  if (found === "readable" || !isForbidden) return undefined;
  const remedy =
    provider_slug === undefined ? "its models are sold for credits alone" : "store or send a key";
  const message = `No provider credentials for ${provider_slug ?? authorOf(model)}: ${remedy}`;
  return refusal(400, 2021, message);
}
