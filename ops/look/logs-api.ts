import type Cloudflare from "cloudflare";
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import {
  checkAnswer,
  tryCheck,
  tryRequest,
  type Answer,
  type Gateway,
} from "../account/account.ts";
import { parseJson } from "../../policy/json.ts";

export type Filter = Cloudflare.AIGateway.LogListParams.Filter;
export type Order = "newest first" | "oldest first";

/** The parameters of a list of logs. */
export interface Listing {
  readonly filters?: readonly Filter[];
  readonly order?: Order;
  readonly page?: number;
  readonly perPage?: number;
  /** Whether the response includes the total number of logs. */
  readonly isCounted?: boolean;
}

/** The size of a page; the API refuses a larger one. */
export const PER_PAGE = 50;

type Page = Awaited<ReturnType<Cloudflare["aiGateway"]["logs"]["list"]>>;
const row = z.looseObject({ id: z.string(), created_at: z.string().optional() });
const page = z.looseObject({ result: z.array(row) });

/** Lists one page of logs and returns what `read` takes from it. */
export function listLogs<T>(
  { accountId, cloudflare, gatewayId }: Gateway,
  listing: Listing,
  read: (page: Page) => T,
): Promise<Answer<T>> {
  const { filters = [], order = "newest first", page: number = 1, perPage = PER_PAGE } = listing;
  return tryRequest(PERMISSIONS.readGateways, async () => {
    const listed = await cloudflare.aiGateway.logs.list(gatewayId, {
      account_id: accountId,
      filters: [...filters],
      order_by: "created_at",
      order_by_direction: order === "oldest first" ? "asc" : "desc",
      per_page: perPage,
      page: number,
      ...(listing.isCounted === true && { meta_info: true }),
    });
    checkAnswer("a list of logs", page, listed);
    return read(listed);
  });
}

// The SDK's type leaves out the count.
const counted = z.object({ result_info: z.object({ total_count: z.number() }) });

/** Counts the logs that filters choose. */
export function countLogs(gateway: Gateway, filters: readonly Filter[]): Promise<Answer<number>> {
  const listing = { filters, perPage: 1, isCounted: true };
  return listLogs(gateway, listing, (found) => {
    return checkAnswer("a list of logs", counted, found).result_info.total_count;
  });
}

const fields = z.looseObject({ id: z.string().min(1) });

/** The fields of a log and its two bodies, each with a result of its own. */
interface WholeLog {
  readonly fields: Answer<z.output<typeof fields>>;
  readonly request: Answer<unknown>;
  readonly response: Answer<unknown>;
}

/** Reads one log and its bodies, which take one request each. */
export async function readLog(gateway: Gateway, id: string): Promise<WholeLog> {
  const { accountId, cloudflare, gatewayId } = gateway;
  const where = { account_id: accountId, gateway_id: gatewayId };
  const documented = { what: "a log", schema: fields };
  const [log, request, response] = await Promise.all([
    tryCheck(PERMISSIONS.readGateways, documented, () => cloudflare.aiGateway.logs.get(id, where)),
    readBody(gateway, id, "request"),
    readBody(gateway, id, "response"),
  ]);
  return { fields: log, request, response };
}

/** Reads a body as JSON, or as text: a streamed answer is kept as its events. */
function readBody(
  { cloudflare, accountId, gatewayId }: Gateway,
  id: string,
  side: "request" | "response",
): Promise<Answer<unknown>> {
  const where = { account_id: accountId, gateway_id: gatewayId };
  // The SDK's own parser throws a SyntaxError where such text is labelled JSON.
  return tryRequest(PERMISSIONS.readGateways, async () => {
    const response = await cloudflare.aiGateway.logs[side](id, where).asResponse();
    const body = await response.text();
    return parseJson(body, body);
  });
}
