/** `/graphql`: the counts of calls. https://developers.cloudflare.com/analytics/graphql-api/ */
import { z } from "zod";

import { answerQuery } from "../analytics/answer-query.ts";
import { GraphQLError, notAuthorized } from "../analytics/graphql-error.ts";
import { ApiError } from "./envelope.ts";
import type { ApiContext, Route } from "./route.ts";

const request = z.object({
  query: z.string(),
  variables: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((variables) => variables ?? {}),
});

/** The account stands in the query, not in the path: its permission is looked at here. */
export const GRAPHQL_ROUTES: readonly Route[] = [["POST", "/graphql", undefined, answer]];

async function answer(c: ApiContext): Promise<Response> {
  const { account, store } = c.env;
  try {
    requirePermission(c);
    const body = request.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) throw new GraphQLError(400, "the body has no query");
    const parts = { store, now: Date.now(), accountTag: account.id };
    return c.json({ data: answerQuery(body.data, parts), errors: null });
  } catch (error) {
    if (error instanceof GraphQLError) return c.json(error.toAnswer(new Date()), error.status);
    throw error;
  }
}

function requirePermission({ env, var: { token } }: ApiContext): void {
  const place = { accountId: env.account.id, address: env.address };
  try {
    env.access.require(token, ["Account Analytics Read"], place);
  } catch (error) {
    throw error instanceof ApiError ? notAuthorized() : error;
  }
}
