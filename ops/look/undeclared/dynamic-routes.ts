/** The dynamic routes of a gateway: names that callers ask for, and that choose a model. */
import { z } from "zod";

import { quote, showKey } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { count, list } from "../../../policy/words.ts";
import { checkAnswer, tryRequest, type Answer } from "../../account/account.ts";
import { CommandError } from "../../cli/errors.ts";
import { finding, type Finding } from "../finding.ts";
import { gradeFor, inGateways, type PlacedGateway } from "./kind.ts";

const NEEDED = PERMISSIONS.readGateways;

const element = z.object({
  type: z.string(),
  properties: z.object({ model: z.string(), provider: z.string() }).partial().nullish(),
});
const route = z.object({
  id: z.string(),
  name: z.string(),
  elements: z.array(element).default([]),
  deployment: z.object({ version_id: z.string() }).nullish(),
});
const page = { per_page: z.number().optional() };
const routes = z.object({ data: z.object({ routes: z.array(route), ...page }) });
const versions = z.object({ data: z.object({ versions: z.array(z.unknown()), ...page }) });

interface Route extends Readonly<z.output<typeof route>> {
  readonly versions: number;
}

export const dynamicRoutes = inGateways({
  name: "dynamic routes",
  needs: NEEDED,
  list: listRoutes,
  judge,
});

function listRoutes(gateway: PlacedGateway): Promise<Answer<readonly Route[]>> {
  const { accountId: account_id, cloudflare, gatewayId: gateway_id } = gateway;
  const { dynamicRouting } = cloudflare.aiGateway;
  return tryRequest(NEEDED, async () => {
    const listed = await dynamicRouting.list(gateway_id, { account_id });
    const { data } = checkAnswer("a list of dynamic routes", routes, listed);
    requireWhole(data.routes.length, data.per_page);
    const found: Route[] = [];
    for (const each of data.routes) {
      const saved = await dynamicRouting.listVersions(each.id, { account_id, gateway_id });
      const answer = checkAnswer("a list of versions", versions, saved);
      found.push({ ...each, versions: answer.data.versions.length });
    }
    return found;
  });
}

/** Throws where there may be another page: no parameter is published that would choose it. */
function requireWhole(found: number, perPage: number | undefined): void {
  if (perPage === undefined || found < perPage) return;
  throw new CommandError(
    `the API lists ${count(found, "dynamic route")} on a page, and the gateway may have more`,
  );
}

function judge({ name, elements, deployment, versions: saved }: Route, gateway: PlacedGateway) {
  const about = `dynamic route ${quote(name)} of ${gateway.gatewayId}`;
  const models = elements.flatMap(({ properties }) =>
    properties?.model === undefined
      ? []
      : [showKey(`${properties.provider ?? "?"}/${properties.model}`)],
  );
  const reaches = list([...new Set(models)]) || "no model";
  const version = deployment ? `version ${showKey(deployment.version_id)}` : "none";
  const message = `sends the prompts of whoever asks for dynamic/${showKey(name)} to ${reaches} (deployed: ${version}, of ${saved} saved); no stack's Worker asks for it, a caller beside the Worker can`;
  const remedy = "delete it, or know who asks for it";
  const found: Finding = finding(gradeFor(gateway, "warning"), about, message);
  return { ...found, remedy };
}
