/** With what a call of a third party's model is paid, and the refusal where it has nothing. */
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

/** The gateway's names of providers that models of the catalogue begin otherwise with. */
const SLUGS: Readonly<Record<string, string>> = { google: "google-ai-studio", xai: "grok" };

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
  const author = model.split("/")[0] ?? model;
  const provider_slug = SLUGS[author] ?? author;
  // Through the binding's run only this alias is looked up, whatever a header says.
  const alias = way === "provider" ? (options.byokAlias ?? "default") : "default";
  const found = find({ gateway_id: gatewayId, provider_slug, alias });
  // Reported: the gateway does not fall back on credits then.
  if (found === "lost") return refusal(400, 2009, "Configured BYOK credentials are unavailable");
  const isForbidden = byokOnly || options.noWholesale === true;
  if (found === "readable" || !isForbidden) return undefined;
  return refusal(400, 2021, `No provider credentials for ${provider_slug}: store or send a key`);
}
