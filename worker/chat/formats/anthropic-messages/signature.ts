/**
 * What proves reasoning in Anthropic's Messages: a signature, or the encrypted data of thinking that
 * is not shown.
 */
import * as v from "valibot";

import { isOpaque, unwrapOpaque, wrapOpaque } from "../opaque.ts";

const proof = v.union([v.object({ signature: v.string() }), v.object({ data: v.string() })]);

/** A proof: the signature of thinking that is shown, or the data of thinking that is not. */
export type Proof = v.InferOutput<typeof proof>;

/** Wraps a model's proof for callers of other formats. */
export function wrapProof(model: string, value: Proof): string {
  return wrapOpaque(model, value);
}

/** Returns the proof that belongs to a model; undefined for another's, and for what is none. */
export function unwrapProof(model: string, opaque: string): Proof | undefined {
  const result = v.safeParse(proof, unwrapOpaque(model, opaque));
  return result.success ? result.output : undefined;
}

/** Returns whether a signature, or data, is Anthropic's own as it came. */
export function isPlain(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== "" && !isOpaque(text);
}
