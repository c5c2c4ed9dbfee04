/** Parses arguments that several commands share. A failure is a UsageError with the option. */
import { z } from "zod";

import { quote } from "../../policy/looks-secret.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { UsageError } from "./errors.ts";

/**
 * Reads all arguments before any is used, so that everything wrong with them is reported in one
 * UsageError. Other errors are thrown only where the arguments are valid.
 */
export function readArguments<Values extends object>(readings: {
  readonly [Name in keyof Values]: () => Values[Name];
}): Values {
  const values: Partial<Values> = {};
  const wrong: string[] = [];
  const failures: unknown[] = [];
  for (const name in readings) {
    try {
      values[name] = readings[name]();
    } catch (error) {
      if (error instanceof UsageError) wrong.push(error.message);
      else failures.push(error);
    }
  }
  if (wrong.length > 0) throw new UsageError(wrong.join("\nerror: "));
  for (const failure of failures) throw failure;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each of them was read
  return values as Values;
}

/**
 * Makes the error about an invalid value; `what` begins with "is" or "are". An empty value counts as
 * missing: it is what a variable without a value leaves of an argument. A value that may be a secret
 * is not repeated: somebody may have pasted it into the wrong place.
 */
export function invalidValue(option: string, value: string | undefined, what: string): UsageError {
  return new UsageError(`${option} is ${value ? quote(value) : "missing"}; allowed ${what}`);
}

/** Returns the value of an option. Throws a UsageError where it is absent or empty. */
export function requireOption(option: string, value: string | undefined, what: string): string {
  if (value) return value;
  throw new UsageError(`${option} is missing; it is ${what}`);
}

/** Parses the value of an option where there is one. */
export function parseIfGiven<T>(value: string | undefined, parse: (value: string) => T) {
  return value === undefined ? undefined : parse(value);
}

/** Returns the choice that the value names. */
export function parseChoice<Choice extends string>(
  option: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw invalidValue(option, value, `are ${new Intl.ListFormat("en-GB").format(choices)}`);
}

/** Parses a number of seconds. */
export function parseWait(value: string): number {
  if (/^\d{1,3}$/.test(value)) return Number(value);
  throw invalidValue("--wait", value, "is a number of seconds to 999");
}

/** Parses an address of HTTP. Any other URL is refused, and so is one with a password. */
export function parseAddress(option: string, value: string | undefined, example: string): URL {
  const url = URL.parse(value ?? "");
  if (isAddress(url)) return url;
  throw invalidValue(option, value, `is an address such as ${example}`);
}

/** Checks whether a URL is one of HTTP, without a user or a password. */
export function isAddress(url: URL | null): url is URL {
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "";
}

const UNITS = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", DAY_MS],
]);

/** Parses `24h`, `7d`, a day (its beginning, in UTC) or a moment. */
export function parseSince(text: string, now: Date): Date {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const unitMs = UNITS.get(unit);
  if (unitMs !== undefined) return new Date(now.getTime() - Number(number) * unitMs);
  return parseMoment("--since", text, "30m, 24h, 7d, ");
}

/** Returns the first moment that is excluded: the end of a day (UTC), or the moment given. */
export function parseUntil(text: string): Date {
  const moment = parseMoment("--until", text, "");
  return isDay(text) ? new Date(moment.getTime() + DAY_MS) : moment;
}

function parseMoment(option: string, text: string, others: string): Date {
  if (isDay(text) || z.iso.datetime({ offset: true }).safeParse(text).success) {
    return new Date(text);
  }
  const forms = "a day such as 2026-11-01, or a moment such as 2026-11-01T12:00:00Z";
  throw invalidValue(option, text, `are ${others}${forms}`);
}

function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}
