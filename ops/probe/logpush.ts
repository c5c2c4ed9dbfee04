/** Probes which fields Logpush offers, and whether it takes a filter by gateway. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { LOGPUSH_DATASET, logpushFields, logpushFilter } from "../../policy/gateway/logpush-job.ts";
import { list } from "../../policy/words.ts";
import type { Connection } from "../account/account.ts";
import { printError } from "../cli/print.ts";
import { listOfferedFields } from "../look/logpush.ts";
import { answered, isInvalid, notAnswered } from "./answer.ts";
import type { Scratch } from "./scratch.ts";

/** Compares the fields of a stack's job with those that the account offers. */
export async function probeLogpushFields(connection: Connection): Promise<EvidenceAnswer> {
  const answer = await listOfferedFields(connection);
  if (answer.kind === "missing") return notAnswered("logpush-fields", "the dataset is not known");
  if (answer.kind === "unknown") return notAnswered("logpush-fields", answer.reason);
  const offered = answer.value;
  const wanted = logpushFields({ bodies: true });
  const missing = wanted.filter((field) => !offered.includes(field));
  const others = offered.filter((field) => !wanted.includes(field));
  const seen = [
    `of ${wanted.length} fields ${missing.length === 0 ? "all are offered" : `these are not offered: ${list(missing)}`}`,
    ...(others.length === 0 ? [] : [`offered too: ${list(others)}`]),
  ].join("; ");
  return answered("logpush-fields", missing.length === 0 ? "kept" : "broken", seen);
}

const UNKNOWN_FIELD = "ProbeNoSuchField";

/**
 * Asks for a job with a filter by gateway, and for one with a filter by a field that does not exist.
 * No key of the destination is good, so that no job is made: what counts is how they are refused.
 */
export async function probeLogpushFilter(scratch: Scratch): Promise<EvidenceAnswer> {
  const question = "logpush-filter";
  const filter = logpushFilter(scratch.gatewayId);
  const byGateway = await requestJob(scratch, filter);
  if (byGateway === "made") return answered(question, "kept", "a job with the filter is made");
  if (!isInvalid(byGateway.status)) return notAnswered(question, describe(byGateway));
  if (/predicate|filter|\bGateway\b/i.test(byGateway.message)) {
    return answered(question, "broken", `the filter is refused with ${describe(byGateway)}`);
  }
  const byNothing = await requestJob(scratch, filter.replace('"Gateway"', `"${UNKNOWN_FIELD}"`));
  if (byNothing !== "made" && byNothing.message !== byGateway.message) {
    const seen = `a job is refused for its destination alone, one with a filter by an unknown field with ${describe(byNothing)}`;
    return answered(question, "kept", seen);
  }
  return notAnswered(question, "a job is refused before its filter is looked at");
}

interface Refusal {
  readonly status: number;
  readonly code: number | undefined;
  /** The API's messages, which may repeat the destination. */
  readonly message: string;
}

function describe({ status, code }: Refusal): string {
  return `status ${status}${code === undefined ? "" : `, code ${code}`}`;
}

/** Requests a job that stays switched off, and deletes it at once where it is made all the same. */
async function requestJob(scratch: Scratch, filter: string): Promise<Refusal | "made"> {
  const { cloudflare, accountId, gatewayId, signal } = scratch;
  signal.throwIfAborted();
  const keys = `account-id=${accountId}&access-key-id=none&secret-access-key=none`;
  const body = {
    name: gatewayId,
    dataset: LOGPUSH_DATASET,
    enabled: false,
    destination_conf: `r2://${gatewayId}/{DATE}?${keys}`,
    filter,
    output_options: { field_names: ["Gateway"], timestamp_format: "rfc3339" },
  };
  try {
    const made = await cloudflare.post(`/accounts/${accountId}/logpush/jobs`, {
      body,
      maxRetries: 0,
    });
    await removeJob(scratch, Object(made).result?.id);
    return "made";
  } catch (error) {
    const { status, errors = [] } = Object(error);
    if (typeof status !== "number") throw error;
    const message = errors.map((each: { readonly message?: string }) => each.message).join("; ");
    return { status, code: errors[0]?.code, message };
  }
}

async function removeJob(
  { cloudflare, accountId, gatewayId }: Scratch,
  id: unknown,
): Promise<void> {
  const gone = cloudflare.logpush.jobs.delete(Number(id), { account_id: accountId });
  await gone.catch(() => {
    printError(`error: the Logpush job ${gatewayId} could not be removed; delete it by hand`);
    process.exitCode = 2;
  });
}
