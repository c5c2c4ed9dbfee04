/** Finds everything in one account that no stack file declares, or that contradicts one. */
import { readOnce } from "../account/read-once.ts";
import { CommandError } from "../cli/errors.ts";
import { finding, inArea, type Finding, type InArea } from "../look/finding.ts";
import { lookAtUndeclared } from "../look/undeclared/kinds.ts";
import type { Declared } from "./declared.ts";
import { auditGateways, auditStorage, readGateways } from "./gateways.ts";
import { auditLogpush } from "./logpush.ts";
import { auditProviderKeys } from "./provider-keys.ts";
import { auditTokens } from "./tokens.ts";
import { auditWorkers } from "./workers.ts";

/** A finding, in the area of the account to which it belongs. */
export type AuditFinding = InArea<
  | "gateways"
  | "storage"
  | "Workers"
  | "tokens"
  | "Logpush"
  | "keys of providers"
  | "the rest"
  | "stack files"
>;

/** Audits one account. Throws a CommandError where not even the gateways can be listed. */
export async function auditAccount(
  account: Declared,
  now: Date,
  onProgress: (text: string) => void,
): Promise<readonly AuditFinding[]> {
  const declared = readOnce(account);
  const gateways = await readGateways(declared);
  const [ofGateways, ...others] = await Promise.all([
    auditGateways(declared, gateways).then((found) => inArea("gateways", found)),
    orUnknown("Workers", auditWorkers(declared, onProgress)),
    orUnknown("tokens", auditTokens(declared, now)),
    orUnknown("Logpush", auditLogpush(declared)),
    orUnknown("keys of providers", auditProviderKeys(declared, gateways)),
    lookAtUndeclared({ ...declared, gatewayIds: gateways.map(({ id }) => id) }).then((found) =>
      inArea("the rest", found),
    ),
  ]);
  const storage = inArea("storage", auditStorage(declared, gateways));
  return [...ofGateways, ...storage, ...others.flat()];
}

type Area = AuditFinding["area"];

/** Reports an area that the token may not read as unknown, never as fine. */
async function orUnknown(area: Area, findings: Promise<readonly Finding[]>) {
  const known = await findings.catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    return [finding("unknown", area, `not looked at: ${error.message}`)];
  });
  return inArea(area, known);
}
