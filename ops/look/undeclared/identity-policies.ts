/** The policies of a gateway that say who may call which models, and for how much (beta). */
import { z } from "zod";

import { PERMISSIONS } from "../../../policy/platform.ts";
import { quote } from "../../../policy/looks-secret.ts";
import { tryCheck } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import { gradeFor, inGateways, type PlacedGateway } from "./kind.ts";

// The documentation asks for edit permissions, for reading too.
const NEEDED = PERMISSIONS.writeGateways;

// https://developers.cloudflare.com/ai-gateway/features/policies/
const policy = z.object({
  name: z.string().default(""),
  action: z.object({ type: z.string(), except: z.boolean().optional() }),
  staging: z.boolean().default(false),
});
const policies = z.object({ result: z.array(policy) }).transform(({ result }) => result);

type Policy = Readonly<z.output<typeof policy>>;

export const identityPolicies = inGateways({
  name: "identity policies",
  needs: NEEDED,
  list: listPolicies,
  judge,
});

/** Lists the policies with their drafts. The SDK has no method for them. */
function listPolicies({ accountId, cloudflare, gatewayId }: PlacedGateway) {
  const gateways = `/accounts/${accountId}/ai-gateway/gateways`;
  // Within the request, whose failures are answers: no address has half a character.
  const request = () =>
    cloudflare.get(`${gateways}/${encodeURIComponent(gatewayId)}/policies`, {
      query: { includeStaging: true },
    });
  return tryCheck(NEEDED, { what: "a list of identity policies", schema: policies }, request);
}

const ACTIONS: Readonly<Record<string, string>> = {
  block: "refuses calls",
  limit: "lets calls through up to an amount of money",
  "no-limit": "lets calls through without a limit",
};

function judge({ name, action, staging }: Policy, gateway: PlacedGateway): Finding {
  const about = `identity policy ${quote(name)} of ${gateway.gatewayId}`;
  if (staging) return finding("note", about, "is a draft, which decides nothing until committed");
  const does = ACTIONS[action.type] ?? `does ${quote(action.type)}`;
  const message = `${does}, and because a policy exists, the gateway refuses (403) whatever matches none, the Worker's calls too; answers from the cache skip it; no stack file declares it`;
  const remedy = "delete it: who may call what is declared by callers and worker.models";
  return { ...finding(gradeFor(gateway, "broken"), about, message), remedy };
}
