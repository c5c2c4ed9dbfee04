/** What makes an item of each list one thing, whatever its place in the list. */
export const IDENTITIES: Readonly<Record<string, string>> = {
  readers: "name",
  exports: "url",
  spendLimits: "id",
  dlp: "id",
  callers: "name",
  waivers: "rule",
};

/** A caller's name stands twice while its token is rotated. */
export const REPEATABLE: ReadonlySet<string> = new Set(["callers"]);

/** Undefined where an item does not say it. */
export function identityOf(item: unknown, field: string): unknown {
  return typeof item === "object" && item !== null ? Reflect.get(item, field) : undefined;
}
