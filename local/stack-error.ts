/** An error for the person at the keyboard: printed without a stack trace. */
export class StackError extends Error {}
