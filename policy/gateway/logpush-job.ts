/** Names a stack's Logpush job, which the deploy declares and verify and audit look up. */

/** The dataset of AI Gateway's logs. It is in use, though missing from the documentation's list. */
export const LOGPUSH_DATASET = "ai_gateway_events";

/**
 * The fields of the dataset's page but for prompts and answers; a field that a job does not name is
 * not pushed. https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/account/ai_gateway_events/
 */
const FIELDS: readonly string[] = [
  "Timestamp",
  "Gateway",
  "Provider",
  "Model",
  "RequestedModel",
  "RoutingReason",
  "RoutingDecisionID",
  "Endpoint",
  "StatusCode",
  "Cached",
  "RateLimited",
  "Metrics",
  "Metadata",
];

/** The fields with prompts and answers. */
export const BODY_FIELDS: readonly string[] = ["RequestBody", "ResponseBody"];

/** Lists the fields that a job asks for. */
export function logpushFields({ bodies }: { readonly bodies: boolean }): readonly string[] {
  return bodies ? [...FIELDS, ...BODY_FIELDS] : FIELDS;
}

/** Returns the fields that an account offers; `Datetime` where it has no `Timestamp`, as seen. */
export function offeredFields(
  fields: readonly string[],
  offered: readonly string[],
): readonly string[] {
  return fields
    .map((field) => (field === "Timestamp" && !offered.includes(field) ? "Datetime" : field))
    .filter((field) => offered.includes(field));
}

/** Names the job. It may have no underscore, and a gateway's id may. */
export function logpushJobName(gatewayId: string): string {
  return `ai-gateway-${gatewayId.replaceAll("_", "-")}`;
}

/** Makes the filter for one gateway's logs: the dataset has those of the whole account. */
export function logpushFilter(gatewayId: string): string {
  return JSON.stringify({ where: { key: "Gateway", operator: "eq", value: gatewayId } });
}
