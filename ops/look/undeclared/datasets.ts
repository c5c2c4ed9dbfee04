/** The datasets of a gateway: logs that a filter selects and keeps for evaluations. */
import { z } from "zod";

import { quote, showKey } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { list } from "../../../policy/words.ts";
import { listAll } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import { gradeFor, inGateways, type PlacedGateway } from "./kind.ts";

const schema = z.object({
  name: z.string(),
  enable: z.boolean(),
  filters: z.array(z.object({ key: z.string() })).default([]),
});

type Dataset = Readonly<z.output<typeof schema>>;

export const datasets = inGateways({
  name: "datasets",
  needs: PERMISSIONS.readGateways,
  list: ({ accountId, cloudflare, gatewayId }) =>
    listAll(PERMISSIONS.readGateways, { what: "a dataset", schema }, () =>
      cloudflare.aiGateway.datasets.list(gatewayId, { account_id: accountId }),
    ),
  judge,
});

// https://developers.cloudflare.com/ai-gateway/observability/evaluations/
function judge({ name, enable, filters }: Dataset, gateway: PlacedGateway): Finding {
  const by = list([...new Set(filters.map(({ key }) => showKey(key)))]) || "nothing, so all";
  const does = enable ? "selects stored logs" : "is switched off, and has selected logs";
  const about = `dataset ${quote(name)} of ${gateway.gatewayId}`;
  const message = `${does}, with the bodies that they have, for evaluations (by ${by}); nothing published says that they leave it when they are erased or too old; no stack file declares it`;
  const remedy = "delete it: Cloudflare has deprecated datasets";
  return { ...finding(gradeFor(gateway, "broken"), about, message), remedy };
}
