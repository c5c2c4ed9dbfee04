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

/** Words in, an exit code out. What it prints goes to the console. */
export type RunCommand = (words: readonly string[]) => Promise<number>;

/** A command, ready to run. Its file exports it, and runs nothing while it loads. */
export function defineCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
): RunCommand {
  return (words) => runCommand(command, words);
}

async function runCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
  args: readonly string[],
): Promise<number> {
  const { options, allowPositionals = false, usage } = command;
  let words;
  try {
    words = parseArgs({
      args: [...args],
      options: { ...options, ...HELP },
      allowPositionals,
      tokens: true,
    });
    refuseRepeats(words.tokens, options);
  } catch (error) {
    console.error(`error: ${describeWords(error)}\n\n${usage}`);
    return 2;
  }
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  try {
    return (await command.run(words.values, words.positionals)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const help = error instanceof WordsError ? `\n\n${usage}` : "";
    console.error(`error: ${error.message}${help}`);
    return 2;
  }
}

/**
 * Tries every reading of the words before one of them is used, so that all that is wrong with them is told at once.
 * Throws a WordsError; what fails for another reason fails again where it is used.
 */
export function checkWords(...readings: readonly (() => unknown)[]): void {
  const problems = readings.flatMap((read) => {
    try {
      read();
    } catch (error) {
      if (error instanceof WordsError) return [error.message];
    }
    return [];
  });
  if (problems.length > 0) throw new WordsError(problems.join("\nerror: "));
}

/** Of an option with one value, parseArgs would take the last and drop the others without a word. */
function refuseRepeats(
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  options: ParseArgsOptionsConfig,
): void {
  const names = tokens.flatMap(({ kind, name }) =>
    kind === "option" && name !== undefined ? [name] : [],
  );
  const repeated = names.filter(
    (name, index) =>
      options[name]?.type === "string" &&
      options[name].multiple !== true &&
      names.indexOf(name) < index,
  );
  if (repeated.length === 0) return;
  const list = [...new Set(repeated)].map((name) => `--${name}`).join(", ");
  throw new Error(`${list}: one value at a time`);
}

function describeWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith("Unexpected argument")
    ? `${message} (npm needs -- before options)`
    : message;
}
