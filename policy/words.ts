/** Formats a list as `a, b, c`. */
export function list(items: readonly string[]): string {
  return items.join(", ");
}

/** Formats a number with its unit, as `1 day` or `1,000 days`. */
export function count(amount: number, unit: string): string {
  return `${amount.toLocaleString("en")} ${unit}${amount === 1 ? "" : "s"}`;
}

/*
 * Control and format characters, halves of a pair, and the two separators that some programs take for a new line. In a
 * text that somebody else wrote, a control character could move a terminal's cursor or hide a line, and a bidirectional
 * one could turn a line around.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
