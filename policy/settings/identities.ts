/** The field that identifies an item of each list, whatever its place. */
export const IDENTITIES: Readonly<Record<string, string>> = {
  readers: "name",
  exports: "url",
  spendLimits: "id",
  dlp: "id",
  callers: "name",
  waivers: "rule",
};

/** The lists in which an identity may occur twice: a caller's does while its token is rotated. */
export const REPEATABLE: ReadonlySet<string> = new Set(["callers"]);

/** Returns an item's identity, or undefined where it has none. */
export function identityOf(item: unknown, field: string): unknown {
  return typeof item === "object" && item !== null ? Reflect.get(item, field) : undefined;
}
