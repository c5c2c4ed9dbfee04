/** Finds where a stack's Worker answers. */
import { workersDevUrl, workerUrl } from "../../policy/gateway/worker-bindings.ts";
import type { Account } from "../account/account.ts";
import { finding, type Finding } from "../look/finding.ts";
import { readAccountSubdomain } from "../look/workers.ts";

const NONE =
  "the stack file gives the Worker no address (worker.workersDev is off, and there is no worker.domain); give --url";
const GIVE = "give --url, or set worker.workersDevSubdomain";

/** The address, or why there is none; and a finding where only the account could tell it. */
export interface Address {
  readonly url: URL | undefined;
  readonly reason: string;
  readonly findings: readonly Finding[];
}

/** Returns the given, the declared, or the account's own workers.dev address of the Worker. */
export async function findAddress(account: Account, given: URL | undefined): Promise<Address> {
  const { settings } = account.stack;
  const declared = given ?? workerUrl(settings);
  if (declared !== undefined) return { url: new URL(declared), reason: "", findings: [] };
  if (!settings.worker.workersDev) return without(NONE);
  const answer = await readAccountSubdomain(account);
  if (answer.kind === "missing") return without("the account has no workers.dev subdomain yet");
  if (answer.kind === "unknown") return without(`${answer.reason}; ${GIVE}`);
  const url = workersDevUrl(settings.worker.name, answer.value);
  const message = `is ${url}, by the account's subdomain`;
  return { url: new URL(url), reason: "", findings: [finding("note", "address", message)] };
}

function without(reason: string): Address {
  return { url: undefined, reason, findings: [] };
}
