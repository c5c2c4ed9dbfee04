/** Words that several commands take. What is wrong with one is a WordsError that names the option. */
import { WordsError } from "./errors.ts";

/**
 * Reads all words before one of them is used, so that all that is wrong with them is reported at once, in one
 * WordsError. An error of another kind is thrown only where the words are right.
 */
export function readWords<Values extends object>(readings: {
  readonly [Name in keyof Values]: () => Values[Name];
}): Values {
  const values: Partial<Values> = {};
  const wrong: string[] = [];
  const failures: unknown[] = [];
  for (const name in readings) {
    try {
      values[name] = readings[name]();
    } catch (error) {
      if (error instanceof WordsError) wrong.push(error.message);
      else failures.push(error);
    }
  }
  if (wrong.length > 0) throw new WordsError(wrong.join("\nerror: "));
  for (const failure of failures) throw failure;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each of them was read
  return values as Values;
}

/** Makes the error about an option's value; `allowed` goes on with "is" or "are". */
export function wrongWord(option: string, value: string | undefined, allowed: string): WordsError {
  return new WordsError(`${option} is ${JSON.stringify(value) ?? "missing"}; allowed ${allowed}`);
}

/** Returns an option's value, which may be neither absent nor empty. */
export function requireWord(option: string, value: string | undefined, what: string): string {
  if (value) return value;
  throw new WordsError(`${option} is missing; it is ${what}`);
}

export function parseIfGiven<T>(value: string | undefined, parse: (value: string) => T) {
  return value === undefined ? undefined : parse(value);
}

export function parseChoice<Choice extends string>(
  option: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw wrongWord(option, value, `are ${new Intl.ListFormat("en-GB").format(choices)}`);
}

/** Returns seconds. */
export function parseWait(value: string): number {
  if (/^\d{1,3}$/.test(value)) return Number(value);
  throw wrongWord("--wait", value, "is a number of seconds to 999");
}

/** Refuses what `fetch` cannot ask: `localhost:8787` is a URL, too. */
export function parseAddress(option: string, value: string, example: string): URL {
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw wrongWord(option, value, `is an address such as ${example}`);
}
