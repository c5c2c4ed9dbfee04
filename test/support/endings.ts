/**
 * The actions that stop what a file's tests share. They run when the file ends, even where the next
 * one runs in the same process.
 */
const endings: (() => Promise<void>)[] = [];

/** Registers an action for the end of the file. */
export function atEndOfFile(end: () => Promise<void>): void {
  endings.push(end);
}

/** Runs every registered action. */
export async function endAll(): Promise<void> {
  for (const end of endings.splice(0)) await end();
}
