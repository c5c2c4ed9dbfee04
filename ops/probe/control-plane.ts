/** Probes what a create and an update do to the fields that a create may drop. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { isOff } from "../../policy/gateway/holds.ts";
import { ROWS, type ApiField } from "../../policy/gateway/mapping.ts";
import { DAY_SECONDS } from "../../policy/platform.ts";
import { answered, isInvalid, notAnswered } from "./answer.ts";
import { REQUIRED, type Scratch } from "./scratch.ts";

/** A spend limit but for its amount and window. */
export const RULE = {
  id: "probe",
  enabled: true,
  limitType: "cost",
  technique: "sliding",
} as const;

/** Harmless values: flags, a limit nobody reaches, an exporter to a host that cannot exist. */
export const PUT_ONLY = {
  guardrails: { prompt: { S1: "FLAG" }, response: { S2: "FLAG" } },
  spend_limits: { enabled: true, rules: [{ ...RULE, limit: 1000, window: DAY_SECONDS }] },
  otel: [{ url: "https://traces.invalid/v1", headers: { "x-probe": "1" }, content_type: "json" }],
} as const satisfies Partial<Record<ApiField, unknown>>;

/** The values with which a deploy switches off what a stack no longer declares. */
const OFF = Object.fromEntries(
  ROWS.filter(({ api }) => api in PUT_ONLY).map(({ api, updateOnly }) => [api, updateOnly?.off]),
);

const FIELDS = Object.keys(PUT_ONLY);
const NAMES = FIELDS.join(", ");

/** Makes the scratch gateway, and probes which of the fields a create and an update set. */
export async function probePutOnly(scratch: Scratch): Promise<EvidenceAnswer> {
  const { gatewayId: id } = scratch;
  const refusal = await tryCall(scratch, "post", "", { id, ...REQUIRED, ...PUT_ONLY });
  if (refusal !== undefined) await call(scratch, "post", "", { id, ...REQUIRED });
  const created = refusal ?? `takes ${amount(await fieldsOn(scratch))}`;
  const updated = await update(scratch, PUT_ONLY);
  return answered(
    "put-only-fields",
    updated === ALL ? "kept" : "broken",
    `of ${NAMES} a create ${created}, and an update ${updated}`,
  );
}

/** Probes whether an update switches the fields off, and what one that leaves them out does. */
export async function probeSwitchedOff(scratch: Scratch): Promise<EvidenceAnswer> {
  const taken = await update(scratch, PUT_ONLY);
  if (taken !== ALL) return notAnswered("switched-off", `of ${NAMES} an update ${taken}`);
  await call(scratch, "put", `/${scratch.gatewayId}`, REQUIRED);
  const leftOut = amount(await fieldsOn(scratch));
  await update(scratch, PUT_ONLY);
  const refusal = await tryCall(scratch, "put", `/${scratch.gatewayId}`, { ...REQUIRED, ...OFF });
  const left = amount(await fieldsOn(scratch));
  return answered(
    "switched-off",
    left === "none" ? "kept" : "broken",
    `of ${NAMES} an update that switches them off ${refusal ?? `leaves ${left}`}, one that leaves them out keeps ${leftOut}`,
  );
}

/** Switches the scratch gateway's collection of logs. */
export async function setCollect(scratch: Scratch, collect_logs: boolean): Promise<void> {
  await call(scratch, "put", `/${scratch.gatewayId}`, { ...REQUIRED, collect_logs, ...OFF });
}

const ALL = "takes all";

/** Updates the fields, and returns `takes all`, `takes only otel` or `is refused with 400`. */
async function update(scratch: Scratch, fields: object): Promise<string> {
  const body = { ...REQUIRED, ...fields };
  const refusal = await tryCall(scratch, "put", `/${scratch.gatewayId}`, body);
  return refusal ?? `takes ${amount(await fieldsOn(scratch))}`;
}

function amount(fields: readonly string[]): string {
  if (fields.length === 0) return "none";
  return fields.length === FIELDS.length ? "all" : `only ${fields.join(", ")}`;
}

async function fieldsOn({ cloudflare, accountId, gatewayId }: Scratch): Promise<readonly string[]> {
  const gateway = await cloudflare.aiGateway.get(gatewayId, { account_id: accountId });
  return FIELDS.filter((field) => !isOff(Reflect.get(gateway, field)));
}

/** Calls the API by path: the SDK's types follow the published create, which is in question. */
async function call(
  { cloudflare, accountId, signal }: Scratch,
  method: "post" | "put",
  path: string,
  body: object,
): Promise<void> {
  signal.throwIfAborted();
  await cloudflare[method](`/accounts/${accountId}/ai-gateway/gateways${path}`, { body });
}

/** Calls the API, and returns how the call was refused, or undefined. */
async function tryCall(...args: Parameters<typeof call>): Promise<string | undefined> {
  try {
    await call(...args);
    return undefined;
  } catch (error) {
    const { status } = Object(error);
    if (isInvalid(status)) return `is refused with ${status}`;
    throw error;
  }
}
