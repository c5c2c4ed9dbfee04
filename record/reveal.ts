/** Reads what Pulumi's SDK sends over the wire, with its secrets in clear. */

/** The part of protobuf's Struct that is needed here. */
export interface Struct {
  toJavaScript(): Record<string, unknown>;
}

type Revealed = ReturnType<typeof reveal>;

/** Returns each value without its secret wrappers, and whether it had some. */
export function revealEach(struct: Struct): (readonly [string, Revealed])[] {
  return Object.entries(struct.toJavaScript()).map(([key, value]) => [key, reveal(value)] as const);
}

/** Lists the keys of the values of which some part is secret. */
export function secretKeys(values: readonly (readonly [string, Revealed])[]): string[] {
  return values.filter(([, { isSecret }]) => isSecret).map(([key]) => key);
}

/** The two constants that mark a secret in Pulumi's wire form: pulumi/sdk/nodejs/runtime/rpc.ts. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Returns a value without its secret wrappers: one secret element wraps its whole list. */
function reveal(value: unknown): { readonly value: unknown; readonly isSecret: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(reveal);
    return {
      value: items.map((item) => item.value),
      isSecret: items.some(({ isSecret }) => isSecret),
    };
  }
  if (typeof value !== "object" || value === null) return { value, isSecret: false };
  if (Reflect.get(value, SIGNATURE) === SECRET) {
    return { value: reveal(Reflect.get(value, "value")).value, isSecret: true };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, reveal(item)] as const);
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    isSecret: entries.some(([, item]) => item.isSecret),
  };
}
