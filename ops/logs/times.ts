/** Times as they are typed. */
import { z } from "zod";

import { DAY_MS } from "../../policy/platform.ts";
import { WordsError } from "../cli/define-command.ts";

const UNITS = { m: 60_000, h: 3_600_000, d: DAY_MS } as const;

/** `24h`, `7d`, a day (its beginning, UTC) or a moment. */
export function parseSince(text: string, now: Date): Date {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (number !== undefined && isUnit(unit)) {
    return new Date(now.getTime() - Number(number) * UNITS[unit]);
  }
  return parseMoment("--since", text, `30m, 24h, 7d, `);
}

/** A day, which is included whole (UTC), or a moment, which is not: the first moment that is too late. */
export function parseUntil(text: string): Date {
  const moment = parseMoment("--until", text, "");
  return isDay(text) ? new Date(moment.getTime() + UNITS.d) : moment;
}

function parseMoment(option: string, text: string, others: string): Date {
  if (isDay(text) || z.iso.datetime({ offset: true }).safeParse(text).success) {
    return new Date(text);
  }
  throw new WordsError(
    `${option} is ${JSON.stringify(text)}; allowed are ${others}a day such as 2026-11-01, or a moment such as 2026-11-01T12:00:00Z`,
  );
}

function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}

function isUnit(unit: string | undefined): unit is keyof typeof UNITS {
  return unit !== undefined && Object.hasOwn(UNITS, unit);
}
