/** The questions that the Logs API takes about a gateway. */
import type Cloudflare from "cloudflare";

import { PERMISSIONS } from "../../policy/platform.ts";
import { tryAsk, type Answer, type Gateway } from "../account/account.ts";
import { parseJson } from "../cli/json.ts";

export type Filter = Cloudflare.AIGateway.LogListParams.Filter;
export type Order = "newest first" | "oldest first";

export interface Listing {
  readonly filters?: readonly Filter[];
  readonly order?: Order;
  readonly page?: number;
  readonly perPage?: number;
  /** Whether the answer says how many logs there are in all. */
  readonly isCounted?: boolean;
}

// More is refused.
export const PER_PAGE = 50;

type Page = Awaited<ReturnType<Cloudflare["aiGateway"]["logs"]["list"]>>;

/** Lists one page, as the API chooses it, and reads from it what is wanted. */
export function listLogs<T>(
  { accountId, cloudflare, gatewayId }: Gateway,
  { filters = [], order = "newest first", page = 1, perPage = PER_PAGE, isCounted }: Listing,
  read: (page: Page) => T,
): Promise<Answer<T>> {
  const question = cloudflare.aiGateway.logs.list(gatewayId, {
    account_id: accountId,
    filters: [...filters],
    order_by: "created_at",
    order_by_direction: order === "oldest first" ? "asc" : "desc",
    per_page: perPage,
    page,
    ...(isCounted === true && { meta_info: true }),
  });
  return tryAsk(PERMISSIONS.readGateways, question.then(read));
}

type Fields = Cloudflare.AIGateway.LogGetResponse;

export interface WholeLog {
  readonly fields: Answer<Fields>;
  readonly request: Answer<unknown>;
  readonly response: Answer<unknown>;
}

/** Reads one log and its bodies, which are questions of their own. */
export async function readLog(gateway: Gateway, id: string): Promise<WholeLog> {
  const { accountId, cloudflare, gatewayId } = gateway;
  const where = { account_id: accountId, gateway_id: gatewayId };
  const [fields, request, response] = await Promise.all([
    tryAsk(PERMISSIONS.readGateways, cloudflare.aiGateway.logs.get(id, where)),
    readBody(gateway, id, "request"),
    readBody(gateway, id, "response"),
  ]);
  return { fields, request, response };
}

/** Reads JSON where it is JSON, else text: a streamed answer is kept as its events, whatever type the API gives it. */
function readBody(
  { cloudflare, accountId, gatewayId }: Gateway,
  id: string,
  side: "request" | "response",
): Promise<Answer<unknown>> {
  const where = { account_id: accountId, gateway_id: gatewayId };
  // The SDK's own reading ends in a SyntaxError where such text is called JSON.
  const answer = cloudflare.aiGateway.logs[side](id, where).asResponse();
  const text = answer.then((response) => response.text());
  return tryAsk(
    PERMISSIONS.readGateways,
    text.then((body) => parseJson(body, body)),
  );
}
