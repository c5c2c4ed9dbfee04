/** The policy page: that of the stack file whose promises are verified. */
import { describeStale } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import type { Account } from "../account/account.ts";
import { readPageOf } from "../cli/stacks.ts";
import { verdict, type Finding } from "../look/finding.ts";

export async function checkPage({ stack }: Pick<Account, "stack">): Promise<readonly Finding[]> {
  const statement = await stateStack(stack);
  const stale = describeStale(stack.name, readPageOf(process.cwd(), stack.name), statement);
  const kept = `is that of the stack file, fingerprint ${statement.fingerprint}`;
  return verdict("policy page", stale === undefined ? [] : [stale], kept);
}
