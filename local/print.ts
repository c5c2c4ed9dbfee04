/** Prints to the terminal of whoever runs a stack: no part of `local/` prints in another way. */
import { inspect } from "node:util";

import { printableText, workflowLogText } from "../policy/harmless.ts";

/** Prints text that may hold what others wrote, such as names in a stack file or in an upload. */
export function print(text: string): void {
  console.log(harmless(text));
}

export function printError(text: string): void {
  console.error(harmless(text));
}

/** Prints an error that nobody expected, with its stack and its causes, after what it prevented. */
export function printFault(error: unknown, prevented = ""): void {
  printError(`${prevented}${inspect(error)}`);
}

function harmless(text: string): string {
  return process.env["GITHUB_ACTIONS"] === "true" ? workflowLogText(text) : printableText(text);
}
