/** Formats a list as `a, b, c`. */
export function list(items: readonly string[]): string {
  return items.join(", ");
}

/** Formats a number, as `1,000`; a whole one without Intl, which takes a process 10 ms to load. */
export function formatNumber(value: number): string {
  if (!Number.isSafeInteger(value)) return value.toLocaleString("en");
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Formats a number with its unit, as `1 day` or `1,000 days`. */
export function count(amount: number, unit: string): string {
  return `${formatNumber(amount)} ${unit}${amount === 1 ? "" : "s"}`;
}
