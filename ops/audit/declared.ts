/** Groups stack files by their account. */
import { connect, type Connection } from "../account/account.ts";
import type { Stack } from "../../policy/stack/stack.ts";

/** An account, and the stacks that are deployed to it. */
export interface Declared extends Connection {
  readonly stacks: readonly Stack[];
}

/** Makes one group for each account. Throws as `connect` does. */
export async function groupByAccount(
  stacks: readonly Stack[],
  open: (stack: Stack) => Promise<Connection> = ({ accountId }) => connect(accountId),
): Promise<readonly Declared[]> {
  const accounts = new Map<string, Declared>();
  for (const stack of stacks) {
    const connection = await open(stack);
    const others = accounts.get(connection.accountId)?.stacks ?? [];
    accounts.set(connection.accountId, { ...connection, stacks: [...others, stack] });
  }
  return [...accounts.values()];
}
