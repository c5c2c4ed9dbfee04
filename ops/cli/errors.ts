/** An error that ends a command with exit code 2, without a stack trace. */
export class CommandError extends Error {}

/** An error about the arguments of a command, which is printed with its usage. */
export class UsageError extends CommandError {}
