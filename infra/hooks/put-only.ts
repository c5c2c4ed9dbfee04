/** Lists the fields, in the API's form, that a create may drop and every update takes. */
import { ROWS, gatewayFields, toApi, type ApiField } from "../../policy/gateway/mapping.ts";
import type { GatewaySettings } from "../../policy/gateway/row.ts";

/** The rows whose fields only an update is sure to set, in the order of messages. */
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
