import type Cloudflare from "cloudflare";

import type { ApiField } from "../../policy/gateway/mapping.ts";
import { PUT_ONLY, type PutOnly } from "./put-only.ts";
import { describeFailure, isNotFound, type Place } from "./api.ts";
import { holds } from "../../policy/gateway/holds.ts";

/** The fields that a gateway shall hold. */
export interface Wanted {
  readonly declared: PutOnly;
  /** The fields declared before, which are switched off: leaving one out may not do that. */
  readonly before: readonly ApiField[];
}

/**
 * Makes the gateway hold what the stack declares: reads it, updates the whole of it where it
 * differs, and reads it again. Throws naming each setting that still differs. Sends no request
 * where the stack neither declares nor declared any of the fields.
 */
export async function settlePutOnly(api: Cloudflare, place: Place, wanted: Wanted): Promise<void> {
  const fields = fieldsOf(wanted);
  const all = FIELDS.filter((field) => field in fields);
  if (all.length === 0) return;

  const left = await settle(api, place, fields).catch((error: unknown) => {
    throw new Error(
      `not known whether gateway ${place.gatewayId} holds what the stack declares for ${names(all)}: ` +
        `${describeFailure(error)}; run \`pulumi up --refresh\``,
      { cause: error },
    );
  });
  refuseLeft(place, left, ", and an update did not change that");
}

/**
 * Throws naming each setting that the API holds otherwise than the stack declares, or declares not.
 * Changes nothing: the hooks repair, and they do not run where Pulumi changes nothing.
 */
export async function requireSettled(
  api: Cloudflare,
  place: Place,
  declared: PutOnly,
): Promise<void> {
  const wanted = fieldsOf({ declared, before: FIELDS });
  const gateway = await read(api, place).catch((error: unknown) => {
    // Deleted by hand: a refresh finds that, and `destroy` must not stop at it.
    if (isNotFound(error)) return undefined;
    throw new Error(
      `not known whether gateway ${place.gatewayId} holds what the stack declares: ` +
        `${describeFailure(error)}; run \`pulumi up\` again`,
      { cause: error },
    );
  });
  refuseLeft(place, gateway === undefined ? [] : findDiffering(gateway, wanted), "");
}

function refuseLeft({ gatewayId }: Place, left: readonly ApiField[], tried: string): void {
  if (left.length === 0) return;
  throw new Error(
    `gateway ${gatewayId} does not hold what the stack declares for ${names(left)}${tried}; ` +
      "run `pulumi up --refresh`, and set in the dashboard what that does not mend",
  );
}

/** Lists the fields that are on in a gateway's inputs, in the provider's form. */
export function declaredBefore(inputs: Readonly<Record<string, unknown>>): readonly ApiField[] {
  return PUT_ONLY.filter(({ field }) => (inputs[field] ?? false) !== false).map(({ api }) => api);
}

const FIELDS = PUT_ONLY.map(({ api }) => api);

function fieldsOf({ declared, before }: Wanted): PutOnly {
  const gone = PUT_ONLY.filter(({ api }) => before.includes(api));
  return { ...Object.fromEntries(gone.map((row) => [row.api, row.switchedOff])), ...declared };
}

/** Updates the gateway where it differs, and returns the fields that still differ. */
async function settle(
  api: Cloudflare,
  place: Place,
  fields: PutOnly,
): Promise<readonly ApiField[]> {
  const { accountId, gatewayId } = place;
  const gateway = await read(api, place);
  if (findDiffering(gateway, fields).length === 0) return [];
  // Whole, because what becomes of a setting that an update leaves out is not documented.
  const settings = Object.entries(gateway).filter(([key]) => !ANSWERS_ONLY.includes(key));
  const body = { ...Object.fromEntries(settings), ...fields };
  await api.put(`/accounts/${accountId}/ai-gateway/gateways/${gatewayId}`, { body });
  return findDiffering(await read(api, place), fields);
}

function read(api: Cloudflare, { accountId, gatewayId }: Place): Promise<PutOnly> {
  return api.aiGateway.get(gatewayId, { account_id: accountId });
}

function findDiffering(gateway: PutOnly, fields: PutOnly): readonly ApiField[] {
  return FIELDS.filter((field) => field in fields && !holds(gateway[field], fields[field]));
}

/** The fields of a response that no update accepts; the last three are documented no more. */
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
function names(fields: readonly ApiField[]): string {
  return PUT_ONLY.filter(({ api }) => fields.includes(api))
    .map(({ setting }) => setting)
    .join(", ");
}
