/**
 * Carries a model's proof of its reasoning (a signature, encrypted content) through a format that
 * has no field for it: as a text that names the model it belongs to. It goes back to that model, and
 * to no other.
 */
import * as v from "valibot";

import { parseJson } from "../../json.ts";

const MARK = "aigw1.";

const shape = v.tuple([v.string(), v.unknown()]);

/** Wraps a model's proof, whatever its shape, in a text of visible ASCII. */
export function wrapOpaque(model: string, value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify([model, value]));
  return MARK + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Returns whether a value was wrapped here. */
export function isOpaque(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(MARK);
}

/** Returns a model's proof; undefined for another model's, and for what was not wrapped here. */
export function unwrapOpaque(model: string, text: string): unknown {
  if (!isOpaque(text)) return undefined;
  const result = v.safeParse(shape, parseJson(decode(text.slice(MARK.length))));
  return result.success && result.output[0] === model ? result.output[1] : undefined;
}

function decode(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}
