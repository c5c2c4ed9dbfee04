/**
 * Proves reasoning to the model that it came from, as signatures and encrypted content do: what
 * another model made, or somebody changed, is refused.
 */
import { createHash } from "node:crypto";

/**
 * Signs a text, for one model. A proof that everybody can make is enough here: it guards nothing but
 * the imitation.
 */
export function sign(model: string, text: string): string {
  return createHash("sha256")
    .update(JSON.stringify([model, text]))
    .digest("base64");
}

/** Checks whether `sign` made a signature for that text and model. */
export function isSignatureOf(model: string, text: string, signature: string): boolean {
  return sign(model, text) === signature;
}

/** Wraps a text into an opaque one. */
export function seal(model: string, text: string): string {
  return Buffer.from(JSON.stringify([text, sign(model, text)])).toString("base64");
}

/** Checks whether `seal` made an opaque text for that model. */
export function isSealOf(model: string, sealed: string): boolean {
  try {
    const [text] = JSON.parse(Buffer.from(sealed, "base64").toString());
    return typeof text === "string" && seal(model, text) === sealed;
  } catch {
    return false;
  }
}
