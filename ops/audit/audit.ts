/** Everything of one account that no stack file says, or that contradicts one. */
import { CommandError } from "../cli/define-command.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";
import { auditGateways, auditStorage, listGateways } from "./gateways.ts";
import { auditLogpush } from "./logpush.ts";
import { auditTokens } from "./tokens.ts";
import { auditWorkers } from "./workers.ts";

/** Throws a CommandError where not even the gateways can be listed. */
export async function auditAccount(
  declared: Declared,
  now: Date,
  onProgress: (text: string) => void,
): Promise<readonly Finding[]> {
  const gateways = await listGateways(declared);
  const [ofGateways, ...others] = await Promise.all([
    auditGateways(declared, gateways),
    orUnseen("Workers", auditWorkers(declared, onProgress)),
    orUnseen("tokens", auditTokens(declared, now)),
    orUnseen("Logpush", auditLogpush(declared)),
  ]);
  return [...ofGateways, ...auditStorage(declared, gateways), ...others.flat()];
}

/** What this token may not see is said to be unseen, and never to be fine. */
async function orUnseen(
  area: Finding["area"],
  findings: Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await findings;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [{ area, kind: "unseen", where: area, what: `not looked at: ${error.message}` }];
  }
}
