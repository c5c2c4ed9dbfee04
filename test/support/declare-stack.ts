/**
 * Records what one of the tests' own stacks declares, for a local account without the Workers
 * runtime.
 */
import { join } from "node:path";

import type { Account } from "../../local/account.ts";
import type { Declaration } from "../../local/api/state.ts";
import { copyProject } from "./project.ts";

const declarations = new Map<string, Promise<Declaration>>();

/**
 * Returns what the program declares for a stack, and `more` beside it. It runs once for all tests of a file that ask
 * for the same, in a project of its own, where that stack is.
 */
export function declareStack(
  ...scene: [stack: "dev" | "prod", key: string, more?: Partial<Account>]
): Promise<Declaration> {
  const id = JSON.stringify(scene);
  const declaration = declarations.get(id) ?? declare(...scene);
  declarations.set(id, declaration);
  return declaration;
}

async function declare(stack: string, key: string, more: Partial<Account> = {}) {
  const project = await copyProject();
  try {
    const { loadAccount } = await import(join(project.folder, "local/stack.ts"));
    const { toDeclaration } = await import(join(project.folder, "local/declaration.ts"));
    return await toDeclaration({ ...(await loadAccount(stack, key)), ...more });
  } finally {
    await project.remove();
  }
}
