/** Times as they are typed. */
import { z } from "zod";

import { DAY_SECONDS } from "../../policy/platform.ts";
import { wrongWord } from "./words.ts";

const DAY_MS = DAY_SECONDS * 1000;
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
