/** `/accounts/{account}/analytics_engine/sql`: queries about data points. */
import { SqlError } from "../telemetry/sql.ts";
import { ApiError } from "./envelope.ts";
import type { ApiContext, Route } from "./route.ts";

export const ANALYTICS_ROUTES: readonly Route[] = [
  ["POST", "/accounts/:account/analytics_engine/sql", ["Account Analytics Read"], runQuery],
];

/** Answers a query, without the envelope of other answers. */
async function runQuery(c: ApiContext): Promise<Response> {
  try {
    return c.json(c.env.points.query(await c.req.text()));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new ApiError(400, { code: 1, message: error.message });
  }
}
