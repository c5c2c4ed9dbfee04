import { generateKeyPairSync } from "node:crypto";

import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { holds } from "../../policy/gateway/holds.ts";
import { ROWS, type ApiField } from "../../policy/gateway/mapping.ts";
import { count, list } from "../../policy/words.ts";
import { answered, isInvalid, notAnswered } from "./answer.ts";
import { PUT_ONLY } from "./control-plane.ts";
import type { Scratch } from "./scratch.ts";

/** The fields that name a thing of the account, which a probe does not have. */
type OfAccount = "id" | "dlp" | "store_id" | "stripe";

/**
 * Makes a harmless value of each other field, such as a key whose private half is dropped. A field
 * that the table gains does not compile without one.
 */
function makeValues(): Readonly<Record<Exclude<ApiField, OfAccount>, unknown>> {
  return {
    ...PUT_ONLY,
    authentication: true,
    byok_only: true,
    cache_invalidate_on_update: true,
    cache_ttl: 300,
    collect_logs: true,
    log_classification: true,
    log_management: 20_000,
    log_management_strategy: "STOP_INSERTING",
    logpush: true,
    logpush_public_key: (publicKey ??= makePublicKey()),
    rate_limiting_interval: 120,
    rate_limiting_limit: 1000,
    rate_limiting_technique: "sliding",
    retry_backoff: "linear",
    retry_delay: 700,
    retry_max_attempts: 3,
    workers_ai_billing_mode: "unified",
    zdr: true,
  };
}

// Made once for a process: it is what takes longest of making the values.
let publicKey: string | undefined;

function makePublicKey(): string {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return pair.publicKey.export({ type: "spki", format: "pem" }).toString();
}

/** The fields that a deploy sets by an update where a create dropped them. */
const REPAIRED = ROWS.filter(({ updateOnly }) => updateOnly !== undefined).map(({ api }) => api);

/** Makes a gateway with every field. What a create drops, and no deploy repairs, is broken. */
export async function probeCreate(scratch: Scratch): Promise<EvidenceAnswer> {
  const { cloudflare, accountId, gatewayId } = scratch;
  const { values, refused, refusal } = await create(scratch, makeValues());
  if (refusal !== undefined) return notAnswered("create-fields", refusal);
  const found = await cloudflare.aiGateway.get(gatewayId, { account_id: accountId });
  const names = Object.keys(values).toSorted();
  const dropped = names.filter((field) => !holds(Reflect.get(found, field), values[field]));
  const kept = names.length - dropped.length;
  const seen = [
    `of ${count(names.length + refused.length, "documented field")} a create keeps ${kept}`,
    ...(dropped.length === 0 ? [] : [`drops or changes ${list(dropped)}`]),
    ...(refused.length === 0 ? [] : [`refuses ${list(refused)}`]),
  ].join(", ");
  const isLost = dropped.some((field) => !REPAIRED.some((repaired) => repaired === field));
  if (!isLost && refused.length > 0) return notAnswered("create-fields", seen);
  return answered("create-fields", isLost ? "broken" : "kept", seen);
}

type Values = Readonly<Record<string, unknown>>;

interface Created {
  readonly values: Values;
  readonly refused: readonly string[];
  /** The refusal that named no field. */
  readonly refusal?: string;
}

/** Creates the gateway, without the fields that the API names as it refuses. */
async function create(scratch: Scratch, all: Values): Promise<Created> {
  const { cloudflare, accountId, gatewayId: id, signal } = scratch;
  let values = all;
  for (;;) {
    signal.throwIfAborted();
    const refused = Object.keys(all).filter((field) => !(field in values));
    try {
      await cloudflare.post(`/accounts/${accountId}/ai-gateway/gateways`, {
        body: { id, ...values },
      });
      return { values, refused };
    } catch (error) {
      const { status, errors = [] } = Object(error);
      if (!isInvalid(status)) throw error;
      const named = new Set(errors.flatMap(({ path = [] }: { path?: string[] }) => path[0] ?? []));
      const left = Object.entries(values).filter(([field]) => !named.has(field));
      if (left.length === Object.keys(values).length) {
        const refusal = `a create is refused with ${status}, and names no field`;
        return { values, refused, refusal };
      }
      values = Object.fromEntries(left);
    }
  }
}
