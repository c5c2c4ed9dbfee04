/** Defines what every command has in common: arguments in, an exit code out. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

import { reasonOf } from "../../policy/reason.ts";
import { CommandError, UsageError } from "./errors.ts";
import { explainFileError } from "./file-errors.ts";
import { print, printError } from "./print.ts";

/** The values of a command's options, by option name. */
export type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>["values"];

interface Command<Options extends ParseArgsOptionsConfig> {
  /** The text that `--help` prints, and that follows an error about the arguments. */
  readonly usage: string;
  readonly options: Options;
  /** Whether arguments without a dash are accepted. */
  readonly allowPositionals?: boolean;
  /** Returns true for exit code 0, false for 1. */
  run(values: Values<Options & typeof HELP>, positionals: readonly string[]): Promise<boolean>;
}

const HELP = { help: { type: "boolean", default: false } } as const;

/** Runs a command with its arguments, prints to the console, and returns the exit code. */
export type RunCommand = (args: readonly string[]) => Promise<number>;

/** Makes a command that is ready to run. Its file exports it and runs nothing while it loads. */
export function defineCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
): RunCommand {
  return (args) =>
    reportErrors(command.usage, async () => {
      const { values, positionals } = parseArguments(command, args);
      if (args.includes("--help")) return printUsage(command.usage);
      return (await command.run(values, positionals)) ? 0 : 1;
    });
}

/**
 * Runs what a command does and returns its exit code: 2 where that throws a CommandError, which is
 * printed, with the usage where the arguments are invalid, or where a file cannot be read or
 * written. Any other error is thrown.
 */
export async function reportErrors(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    const error = thrown instanceof CommandError ? thrown : explainFileError(thrown);
    if (error === undefined) throw thrown;
    const help = error instanceof UsageError ? `\n\n${usage}` : "";
    printError(`error: ${error.message}${help}`);
    return 2;
  }
}

/** Prints a command's usage, and returns the exit code that goes with it. */
export function printUsage(usage: string): 0 {
  print(usage);
  return 0;
}

function parseArguments<Options extends ParseArgsOptionsConfig>(
  { options, allowPositionals = false }: Command<Options>,
  args: readonly string[],
) {
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...options, ...HELP },
      allowPositionals,
      tokens: true,
    });
    refuseRepeats(parsed.tokens, options);
    return parsed;
  } catch (error) {
    const message = reasonOf(error);
    const hint = message.startsWith("Unexpected argument") ? " (npm needs -- before options)" : "";
    throw new UsageError(`${message}${hint}`);
  }
}

/** Refuses a second value: parseArgs would take the last one and drop the others silently. */
function refuseRepeats(
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  options: ParseArgsOptionsConfig,
): void {
  const names = tokens.flatMap(({ name = "" }) => name);
  const repeated = names.filter((name, index) => {
    const { type, multiple = false } = options[name] ?? {};
    return type === "string" && !multiple && names.indexOf(name) < index;
  });
  if (repeated.length === 0) return;
  const list = [...new Set(repeated)].map((name) => `--${name}`).join(", ");
  throw new Error(`${list}: one value at a time`);
}
