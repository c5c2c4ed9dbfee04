/** A stack's Logpush job: said by the deploy, looked up by verify and audit. */

/** Not in the documentation's list of datasets, and in use. */
export const LOGPUSH_DATASET = "ai_gateway_events";

/** Of letters, digits, - and .: a gateway's id may have an underscore, and a job's name may not. */
export function logpushJobName(gatewayId: string): string {
  return `ai-gateway-${gatewayId.replaceAll("_", "-")}`;
}

/** The dataset is the account's: without a filter the bucket would get the logs of other gateways too. */
export function logpushFilter(gatewayId: string): string {
  return JSON.stringify({ where: { key: "Gateway", operator: "eq", value: gatewayId } });
}
