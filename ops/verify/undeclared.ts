/** Looks for what the account holds beside the stack, and what of that breaks the stack's promises. */
import type { Account } from "../account/account.ts";
import type { Finding } from "../look/finding.ts";
import { lookAtUndeclared } from "../look/undeclared/kinds.ts";

/** Looks into the stack's own gateway, and at what the account holds for all of its gateways. */
export async function checkUndeclared(account: Account): Promise<readonly Finding[]> {
  const { gatewayId, stack } = account;
  const found = await lookAtUndeclared({ ...account, gatewayIds: [gatewayId], stacks: [stack] });
  // Each finding is a line here.
  return found.map(({ remedy, ...each }) =>
    remedy === undefined ? each : { ...each, message: `${each.message}; ${remedy}` },
  );
}
