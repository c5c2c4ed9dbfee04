/** The key of a caller: a stack file has the SHA-256 of its token, in clear or encrypted. */

/** The SHA-256 of a text, but not of the empty one, which whoever sends an empty token would match. */
export const TOKEN_HASH =
  /^(?!e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855$)[0-9a-f]{64}$/;

/** Stands for a hash that the stack file encrypts: no token has it. */
export const ENCRYPTED_HASH = "0".repeat(64);

/** Describes a caller's key as a reviewer can compare it: `key 1a2b3c4d…`. */
export function describeKey(sha256: string): string {
  if (sha256 === ENCRYPTED_HASH) return "encrypted: which key cannot be seen";
  return `key ${keyStart(sha256)}…`;
}

/** The characters of a hash that name a key: enough to tell two keys of one caller apart. */
export function keyStart(sha256: string): string {
  return sha256.slice(0, 8);
}
