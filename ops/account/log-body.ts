/** A body of a log. A streamed answer is kept as its events: text, whatever type the API gives it. */
import type { Connection } from "./account.ts";

/** JSON where it is JSON, else text. Rejects as the SDK does. */
export async function readLogBody(
  { cloudflare, accountId }: Connection,
  gatewayId: string,
  { id, side }: { readonly id: string; readonly side: "request" | "response" },
): Promise<unknown> {
  const where = { account_id: accountId, gateway_id: gatewayId };
  // The SDK's own reading ends in a SyntaxError where such text is called JSON.
  const response = await cloudflare.aiGateway.logs[side](id, where).asResponse();
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
