/** Names a stack's Logpush job, which the deploy declares and verify and audit look up. */

/** The dataset of AI Gateway's logs. It is in use, though missing from the documentation's list. */
export const LOGPUSH_DATASET = "ai_gateway_events";

/**
 * The fields of a job. These names were seen in pushed logs. A field that is not listed is not
 * pushed.
 */
export const LOGPUSH_FIELDS = [
  "Datetime",
  "Gateway",
  "Provider",
  "Model",
  "Endpoint",
  "StatusCode",
  "Cached",
  "RateLimited",
  "Metadata",
  "RequestBody",
  "ResponseBody",
] as const;

/**
 * Names the job of letters, digits, - and .: a gateway's id may have an underscore, and a job's
 * name may not.
 */
export function logpushJobName(gatewayId: string): string {
  return `ai-gateway-${gatewayId.replaceAll("_", "-")}`;
}

/**
 * Makes the filter for one gateway's logs. The dataset is the account's: without a filter the
 * bucket would get those of other gateways, too.
 */
export function logpushFilter(gatewayId: string): string {
  return JSON.stringify({ where: { key: "Gateway", operator: "eq", value: gatewayId } });
}
