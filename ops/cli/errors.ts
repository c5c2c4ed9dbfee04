/** What the command needs is not there. Printed without a stack trace; exit code 2. */
export class CommandError extends Error {}

/** The words behind the command are wrong: printed with its usage. */
export class WordsError extends CommandError {}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
