/** The key that exported logs are encrypted for. Only the public half is ever in a stack. */

/**
 * An RSA key of 4096 bits, as `openssl` and Node write it: SPKI in PEM, of which kind and length make the beginning and
 * the number of lines. Nothing besides it, so no private half.
 */
export const PUBLIC_KEY =
  /^-----BEGIN PUBLIC KEY-----\nMIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA[A-Za-z0-9+/]{20}\n(?:[A-Za-z0-9+/]{64}\n){10}[A-Za-z0-9+/]{30}==\n-----END PUBLIC KEY-----\n?$/;

/** A name that a reader finds in the stack file: the last line of the key itself, which a checked stack has trimmed. */
export function keyName(publicKey: string): string {
  return publicKey.split("\n").at(-2) ?? "";
}
