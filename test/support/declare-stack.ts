/**
 * Records what one of the tests' own stacks declares, for a local account without the Workers
 * runtime.
 */
import { join } from "node:path";

import type { Account } from "../../local/account.ts";
import type { Declaration } from "../../local/api/state.ts";
import { copyProject } from "./project.ts";

/**
 * Runs the stack's program in a project of its own that has that stack. `more` is declared, too.
 */
export async function declareStack(
  stack: "dev" | "prod",
  key: string,
  more: Partial<Account> = {},
): Promise<Declaration> {
  const project = await copyProject();
  try {
    const { loadAccount } = await import(join(project.folder, "local/stack.ts"));
    const { toDeclaration } = await import(join(project.folder, "local/declaration.ts"));
    return await toDeclaration({ ...(await loadAccount(stack, key)), ...more });
  } finally {
    await project.remove();
  }
}
