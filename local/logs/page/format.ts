/** Numbers and times as the pages show them. All times are UTC, as in the logs themselves. */
import { html } from "hono/html";

export type Html = ReturnType<typeof html>;

export function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")}</time>`;
}

export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Formats a time as `11-22 05:00`. */
export function minute(at: number): string {
  return new Date(at).toISOString().slice(5, 16).replace("T", " ");
}

export function number(value: number): string {
  return value.toLocaleString("en");
}

export function count(amount: number, unit: string): string {
  return `${number(amount)} ${unit}${amount === 1 ? "" : "s"}`;
}

/** Formats US dollars: a call costs a small part of a cent. */
export function money(value: number): string {
  return `$${value.toFixed(value >= 100 ? 2 : 6)}`;
}

export function milliseconds(value: number): string {
  return `${number(value)} ms`;
}

export function bytes(text: string): string {
  return count(Buffer.byteLength(text), "byte");
}

/** Returns a text as it is, and any other value as JSON. */
export function metadataValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
}
