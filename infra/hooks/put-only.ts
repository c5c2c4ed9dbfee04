/**
 * Exporters, guardrails, data loss prevention, spend limits and classification, in the API's own words. They are apart
 * because not every published API description lets a create have them; an update takes them by each.
 * https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
 */
import { toApi } from "../../policy/gateway/api.ts";
import { putOnlyGroups, type PutOnlySettings } from "../../policy/gateway/fields.ts";
import type { Settings } from "../../policy/settings/settings.ts";

export const PUT_ONLY = [
  "dlp",
  "guardrails",
  "log_classification",
  "otel",
  "spend_limits",
] as const;

/** What a stack declares of them. Absent: off. */
export type PutOnly = Readonly<Partial<Record<(typeof PUT_ONLY)[number], unknown>>>;

/** The values of `otel[].headers` are secrets, in clear. */
export function putOnlyFields(settings: PutOnlySettings & Pick<Settings, "logs">): PutOnly {
  return {
    ...toApi(putOnlyGroups(settings)),
    ...(settings.logs.classification && { log_classification: true }),
  };
}
