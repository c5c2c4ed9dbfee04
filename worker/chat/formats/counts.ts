/** Token counts, as models report them: some are left out, or null, or no numbers. */
import type { Usage } from "./conversation.ts";

/** Reads a count; undefined for what is none. */
export function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/**
 * Reads the three counts that OpenAI's formats report. What is missing is derived from the total, and
 * where that cannot be done the whole is undefined: no count is better than a wrong one.
 */
export function readCounts(
  given: Readonly<Record<"input" | "output" | "total", unknown>>,
): Pick<Usage, "input" | "output" | "total"> | undefined {
  const total = readCount(given.total);
  const input = readCount(given.input) ?? minus(total, readCount(given.output));
  const output = readCount(given.output) ?? minus(total, input);
  if (input === undefined || output === undefined) return undefined;
  return { input, output, total: total ?? input + output };
}

function minus(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined || part > total ? undefined : total - part;
}
