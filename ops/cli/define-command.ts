/** What every command has in common: words in, an exit code out. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

import { CommandError, reasonOf, WordsError } from "./errors.ts";

/** The values of a command's options, by their names. */
export type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>["values"];

interface Command<Options extends ParseArgsOptionsConfig> {
  /** Printed by `--help`, and below an error about the words. */
  readonly usage: string;
  readonly options: Options;
  /** Whether words without a dash are taken. */
  readonly allowPositionals?: boolean;
  /** Returns whether all is well: exit code 0, else 1. */
  run(values: Values<Options & typeof HELP>, positionals: readonly string[]): Promise<boolean>;
}

const HELP = { help: { type: "boolean", default: false } } as const;

/** Takes the words behind a command and returns its exit code. What it prints goes to the console. */
export type RunCommand = (words: readonly string[]) => Promise<number>;

/** Makes a command that is ready to run. Its file exports it, and runs nothing while it loads. */
export function defineCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
): RunCommand {
  return async (args) => {
    const { usage } = command;
    try {
      const { values, positionals } = parseWords(command, args);
      if (args.includes("--help")) {
        console.log(usage);
        return 0;
      }
      return (await command.run(values, positionals)) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const help = error instanceof WordsError ? `\n\n${usage}` : "";
      console.error(`error: ${error.message}${help}`);
      return 2;
    }
  };
}

function parseWords<Options extends ParseArgsOptionsConfig>(
  { options, allowPositionals = false }: Command<Options>,
  args: readonly string[],
) {
  try {
    const words = parseArgs({
      args: [...args],
      options: { ...options, ...HELP },
      allowPositionals,
      tokens: true,
    });
    refuseRepeats(words.tokens, options);
    return words;
  } catch (error) {
    const message = reasonOf(error);
    const hint = message.startsWith("Unexpected argument") ? " (npm needs -- before options)" : "";
    throw new WordsError(`${message}${hint}`);
  }
}

/** Refuses a second value: parseArgs would take the last and drop the others without a word. */
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
