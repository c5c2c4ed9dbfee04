/**
 * Lists exporters, guardrails, data loss prevention, spend limits and classification in the API's
 * form. They are apart because not every published API description lets a create have them;
 * according to each an update does.
 */
import { ROWS, gatewayFields, toApi, type ApiField } from "../../policy/gateway/mapping.ts";
import type { GatewaySettings } from "../../policy/gateway/row.ts";

/**
 * The rows of the table whose fields only an update is sure to set, in the order in which messages
 * list them.
 */
export const PUT_ONLY = ROWS.flatMap(({ updateOnly, ...row }) =>
  updateOnly === undefined ? [] : [{ ...row, switchedOff: updateOnly.off }],
).toSorted((a, b) => a.api.localeCompare(b.api));

/** The fields that a stack declares. An absent one is off. */
export type PutOnly = Readonly<Partial<Record<ApiField, unknown>>>;

/** Lists the fields that are on. The values of `otel[].headers` are secrets, in clear. */
export function putOnlyFields(settings: GatewaySettings): PutOnly {
  const fields = toApi(gatewayFields(settings));
  const on = PUT_ONLY.filter(({ api, off }) => (fields[api] ?? off) !== off);
  return Object.fromEntries(on.map(({ api }) => [api, fields[api]]));
}
