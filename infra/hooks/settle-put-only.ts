import type Cloudflare from "cloudflare";

import { PUT_ONLY, type PutOnly, type PutOnlyField } from "./put-only.ts";
import { describeFailure, type Place } from "./api.ts";
import { holds } from "./holds.ts";

export interface Wanted {
  readonly declared: PutOnly;
  /** Declared before. What is declared no longer is switched off: nothing documents that leaving it out does that. */
  readonly before: readonly PutOnlyField[];
}

/**
 * Makes the API hold what the stack declares: looks, updates the whole gateway where it differs, and looks again.
 * Throws naming each setting that differs still. Asks nothing where the stack declares, and declared, none of them.
 */
export async function settlePutOnly(api: Cloudflare, place: Place, wanted: Wanted): Promise<void> {
  const fields = fieldsOf(wanted);
  const all = FIELDS.filter((field) => field in fields);
  if (all.length === 0) return;

  const left = await settle(api, place, fields).catch((error: unknown) => {
    throw new Error(
      `not known whether gateway ${place.gatewayId} holds what the stack says of ${names(all)}: ` +
        `${describeFailure(error)}; run \`pulumi up --refresh\``,
      { cause: error },
    );
  });
  if (left.length === 0) return;
  throw new Error(
    `gateway ${place.gatewayId} does not hold what the stack says of ${names(left)}, and an update did not change that; ` +
      "run `pulumi up --refresh`, and set in the dashboard what that does not mend",
  );
}

/** Lists the fields that are there and not off in a gateway's inputs, in the provider's form. No secret is opened. */
export function declaredBefore(inputs: Readonly<Record<string, unknown>>): readonly PutOnlyField[] {
  return PUT_ONLY.filter(({ field }) => (inputs[field] ?? false) !== false).map(({ api }) => api);
}

const FIELDS = PUT_ONLY.map(({ api }) => api);

function fieldsOf({ declared, before }: Wanted): PutOnly {
  const gone = PUT_ONLY.filter(({ api }) => before.includes(api));
  return { ...Object.fromEntries(gone.map((row) => [row.api, row.switchedOff])), ...declared };
}

/** What differs still. */
async function settle(
  api: Cloudflare,
  { accountId, gatewayId }: Place,
  fields: PutOnly,
): Promise<readonly PutOnlyField[]> {
  const read = () => api.aiGateway.get(gatewayId, { account_id: accountId });
  const differing = (gateway: PutOnly) =>
    FIELDS.filter((field) => field in fields && !holds(gateway[field], fields[field]));

  const gateway = await read();
  if (differing(gateway).length === 0) return [];
  // Whole, because what becomes of a setting that an update leaves out is not documented.
  const settings = Object.entries(gateway).filter(([key]) => !ANSWERS_ONLY.includes(key));
  const body = { ...Object.fromEntries(settings), ...fields };
  await api.put(`/accounts/${accountId}/ai-gateway/gateways/${gatewayId}`, { body });
  return differing(await read());
}

/** What no update takes; the last three are gone from the API's description, and perhaps not from its answers. */
const ANSWERS_ONLY: readonly string[] = [
  "id",
  "created_at",
  "modified_at",
  "is_default",
  "account_id",
  "account_tag",
  "internal_id",
];

/** Names the settings that decide the fields, as the stack file has them. */
function names(fields: readonly PutOnlyField[]): string {
  return PUT_ONLY.filter(({ api }) => fields.includes(api))
    .map(({ setting }) => setting)
    .join(", ");
}
