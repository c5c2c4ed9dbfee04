/** Formats a list as `a, b, c`. */
export function list(items: readonly string[]): string {
  return items.join(", ");
}

/** Formats a number with its unit, as `1 day` or `1,000 days`. */
export function count(amount: number, unit: string): string {
  return `${amount.toLocaleString("en")} ${unit}${amount === 1 ? "" : "s"}`;
}
