/** Parses JSON, and returns `otherwise` where the text is none. */
export function parseJson(
  text: string,
  otherwise?: unknown,
  revive?: (key: string, value: unknown) => unknown,
): unknown {
  try {
    return JSON.parse(text, revive);
  } catch {
    return otherwise;
  }
}

/** Checks whether a value, or the JSON that a text is, holds anything. */
export function hasText(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return !["", "{}", "[]", '""', "null"].includes(text);
}

/** Checks whether a value is a group of named values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
