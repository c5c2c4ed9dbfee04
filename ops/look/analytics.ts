/** Reads how many calls Cloudflare itself has counted at a gateway, logged or not. */
import { APIError } from "cloudflare/core/error";
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { checkAnswer, tryRequest, type Answer, type Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { parseMetadata } from "./logs.ts";

/** Some time: its first moment, and the first that is not in it. */
export interface Window {
  readonly from: Date;
  readonly until: Date;
}

/** Calls of one model with the same metadata. */
export interface CountedCalls {
  readonly count: number;
  readonly model: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

// The largest page, by one account's settings (September 2026).
const LIMIT = 10_000;

// https://developers.cloudflare.com/ai-gateway/observability/analytics/
const QUERY = `query Calls($accountTag: string!, $gateway: string!, $from: Time!, $until: Time!, $limit: Int!) {
  viewer {
    accounts(filter: { accountTag: $accountTag }) {
      calls: aiGatewayRequestsAdaptiveGroups(
        limit: $limit
        filter: { gateway: $gateway, datetime_geq: $from, datetime_lt: $until }
      ) {
        count
        dimensions { model metadataRaw }
      }
    }
  }
}`;

const row = z
  .object({
    count: z.number(),
    dimensions: z.object({ model: z.string().nullish(), metadataRaw: z.string().nullish() }),
  })
  .transform(({ count, dimensions: { model, metadataRaw } }): CountedCalls => {
    return { count, model: model ?? "", metadata: parseMetadata(metadataRaw) };
  });
const accounts = z.array(z.object({ calls: z.array(row) }));
const body = z.object({
  data: z.object({ viewer: z.object({ accounts }) }).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.unknown().optional() }).nullish(),
      }),
    )
    .nullish(),
});

/** Reads the calls of a gateway in some time, in groups. */
export function readCalls(
  { cloudflare, accountId, gatewayId }: Gateway,
  { from, until }: Window,
): Promise<Answer<readonly CountedCalls[]>> {
  const time = { from: from.toISOString(), until: until.toISOString() };
  const variables = { accountTag: accountId, gateway: gatewayId, limit: LIMIT, ...time };
  return tryRequest(PERMISSIONS.readAnalytics, async () => {
    const raw = await cloudflare.post("/graphql", { body: { query: QUERY, variables } });
    const { data, errors } = checkAnswer("analytics", body, raw);
    refuse(errors ?? []);
    const groups = data?.viewer.accounts.flatMap(({ calls }) => calls) ?? [];
    if (groups.length < LIMIT) return groups;
    throw new CommandError(`the calls are in more groups than the ${LIMIT} that an answer holds`);
  });
}

/** Adds up the calls of some groups. */
export function total(groups: readonly CountedCalls[]): number {
  return groups.reduce((sum, each) => sum + each.count, 0);
}

/** Throws where a query is answered with errors, which come with the status of a success, too. */
function refuse(errors: NonNullable<z.output<typeof body>["errors"]>): void {
  const [first] = errors;
  if (first === undefined) return;
  // https://developers.cloudflare.com/analytics/graphql-api/errors/
  const isForbidden = first.extensions?.code === "authz" || /not authorized/.test(first.message);
  if (isForbidden) throw APIError.generate(403, undefined, first.message, new Headers());
  throw new CommandError(`analytics answer with an error: ${first.message}`);
}
