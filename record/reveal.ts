/** What Pulumi's SDK sends over the wire, with its secrets in clear. */

/** Of protobuf. */
export interface Struct {
  toJavaScript(): Record<string, unknown>;
}

type Revealed = ReturnType<typeof reveal>;

/** Each value without its secret wrappers, and whether it had some. */
export function revealEach(struct: Struct): (readonly [string, Revealed])[] {
  return Object.entries(struct.toJavaScript()).map(([key, value]) => [key, reveal(value)] as const);
}

/** Of those values of which some part is secret. */
export function secretKeys(values: readonly (readonly [string, Revealed])[]): string[] {
  return values.filter(([, { isSecret }]) => isSecret).map(([key]) => key);
}

/** The two keys of Pulumi's wire form of a secret, in pulumi/sdk/nodejs/runtime/rpc.ts. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value without its secret wrappers, at any depth: one secret element makes the SDK wrap its whole list. */
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
