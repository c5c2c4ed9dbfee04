/** What every command has in common: words in, an exit code out. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** What the command needs is not there. Printed without a stack trace; exit code 2. */
export class CommandError extends Error {}

/** The words behind the command are wrong: printed with its usage. */
export class WordsError extends CommandError {}

export interface Command<Options extends ParseArgsOptionsConfig> {
  /** Printed by `--help`, and below an error about the words. */
  readonly usage: string;
  readonly options: Options;
  /** Whether words without a dash are taken. */
  readonly allowPositionals?: boolean;
  /** Returns whether all is well: exit code 0, else 1. */
  run(values: Values<Options>, positionals: readonly string[]): Promise<boolean>;
}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options & typeof HELP }>
>["values"];

const HELP = { help: { type: "boolean", default: false } } as const;

/** Runs a command with the words behind it, and sets the exit code. */
export async function runCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
): Promise<void> {
  const { options, allowPositionals = false, usage } = command;
  let words;
  try {
    words = parseArgs({ options: { ...options, ...HELP }, allowPositionals });
  } catch (error) {
    console.error(`error: ${describeWords(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (process.argv.includes("--help")) {
    console.log(usage);
    return;
  }
  try {
    process.exitCode = (await command.run(words.values, words.positionals)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const help = error instanceof WordsError ? `\n\n${usage}` : "";
    console.error(`error: ${error.message}${help}`);
    process.exitCode = 2;
  }
}

function describeWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith("Unexpected argument")
    ? `${message} (npm needs -- before options)`
    : message;
}
