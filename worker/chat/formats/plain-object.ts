import * as v from "valibot";

/** Returns whether a value is an object that is no list. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * An object, such as a JSON Schema. Not v.record, which accepts a list, and drops keys such as
 * "constructor".
 */
export const plainObject = v.custom<object>(isPlainObject, "expected an object");
