/** The evaluations of a gateway: scores of the logs of datasets. */
import { z } from "zod";

import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { count, list } from "../../../policy/words.ts";
import { listAll } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import { gradeFor, inGateways, type PlacedGateway } from "./kind.ts";

const schema = z.object({
  name: z.string(),
  total_logs: z.number(),
  datasets: z.array(z.object({ name: z.string() })).default([]),
});

type Evaluation = Readonly<z.output<typeof schema>>;

export const evaluations = inGateways({
  name: "evaluations",
  needs: PERMISSIONS.readGateways,
  list: ({ accountId, cloudflare, gatewayId }) =>
    listAll(PERMISSIONS.readGateways, { what: "an evaluation", schema }, () =>
      cloudflare.aiGateway.evaluations.list(gatewayId, { account_id: accountId }),
    ),
  judge,
});

function judge(evaluation: Evaluation, gateway: PlacedGateway): Finding {
  const { name, total_logs, datasets } = evaluation;
  const about = `evaluation ${quote(name)} of ${gateway.gatewayId}`;
  const of = list(datasets.map((each) => quote(each.name))) || "none";
  const message = `has scored ${count(total_logs, "log")} (datasets: ${of}), and keeps the results whatever becomes of the logs; no stack file declares it`;
  const remedy = "delete it: Cloudflare has deprecated evaluations";
  return { ...finding(gradeFor(gateway, "broken"), about, message), remedy };
}
