/** Words that several commands take. What is wrong with one is a WordsError that names the option. */
import { z } from "zod";

import { DAY_MS } from "../../policy/platform.ts";
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

const UNITS = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", DAY_MS],
]);

/** Reads `24h`, `7d`, a day (its beginning, UTC) or a moment. */
export function parseSince(text: string, now: Date): Date {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const unitMs = UNITS.get(unit);
  if (unitMs !== undefined) return new Date(now.getTime() - Number(number) * unitMs);
  return parseMoment("--since", text, "30m, 24h, 7d, ");
}

/** Reads a day, which is included whole (UTC), or a moment, which is not: returns the first moment that is too late. */
export function parseUntil(text: string): Date {
  const moment = parseMoment("--until", text, "");
  return isDay(text) ? new Date(moment.getTime() + DAY_MS) : moment;
}

function parseMoment(option: string, text: string, others: string): Date {
  if (isDay(text) || z.iso.datetime({ offset: true }).safeParse(text).success) {
    return new Date(text);
  }
  const forms = "a day such as 2026-11-01, or a moment such as 2026-11-01T12:00:00Z";
  throw wrongWord(option, text, `are ${others}${forms}`);
}

function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}
