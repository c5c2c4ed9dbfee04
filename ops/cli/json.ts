/** Parses JSON, and returns `otherwise` where the text is none. */
export function parseJson(text: string, otherwise?: unknown): unknown {
  try {
    return JSON.parse(text);
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
