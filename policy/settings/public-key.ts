/** Defines the key that copies are encrypted for, of which a stack has the public half. */

/**
 * The pattern of an RSA key of 4096 bits as `openssl` and Node write it, which is SPKI in PEM: its
 * kind and length fix the beginning and the number of lines. Nothing may be beside it, and so no
 * private half.
 */
export const PUBLIC_KEY =
  /^-----BEGIN PUBLIC KEY-----\nMIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA[A-Za-z0-9+/]{20}\n(?:[A-Za-z0-9+/]{64}\n){10}[A-Za-z0-9+/]{30}==\n-----END PUBLIC KEY-----\n?$/;

/** Names a checked key by its last line, which a reader finds in the stack file. */
export function keyName(publicKey: string): string {
  return publicKey.split("\n").at(-2) ?? "";
}
