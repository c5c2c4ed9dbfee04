/** The model aliases of a gateway: `custom/NAME`, which stands for a pool of models. */
import { PERMISSIONS } from "../../../policy/platform.ts";
import type { Kind } from "./kind.ts";

/**
 * No reference of the API has them, and the SDK (7.3.0) has no method for them, on 2026-11-29: they
 * are made and listed in the dashboard.
 * https://developers.cloudflare.com/ai-gateway/features/routing/model-aliases/
 */
export const modelAliases: Kind = {
  name: "model aliases",
  needs: PERMISSIONS.readGateways,
  look: async () => ({
    kind: "unknown",
    reason:
      "no API for them is published; the dashboard has them on each gateway's page Routing, and no stack's Worker asks for one",
  }),
};
