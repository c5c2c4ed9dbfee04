/** Recognises what may be a secret by its look, wherever in a stack file it was pasted. */

// A false alarm costs a message its value, a miss shows a key to everybody who reads a log of CI.
const LOOKS: readonly RegExp[] = [
  // PEM, whole or its first line.
  /-----BEGIN|PRIVATE KEY-----/,
  /\b(?:bearer|basic)\s+\S/i,
  // The keys of some providers begin so, and may have no digit and no capital.
  /\bsk-[\w-]{16,}/i,
  // A user and a password in an address, or a key in its query.
  /:\/\/[^/\s]*@/,
  /[?&#;][\w-]*(?:key|token|secret|sig|password|auth)[\w-]*=/i,
  // A key in hexadecimal.
  /(?=[a-f]*\d)[0-9a-f]{32}/i,
  // A run without a break: no word of a language, and no name of a setting, has digits in it.
  /(?=[A-Za-z0-9+=]*\d)(?=[A-Za-z0-9+=]*[A-Za-z])[A-Za-z0-9+=]{20}/,
  // With breaks: `tr-Ax7Kq0…`, which has all three kinds of characters.
  /(?=[\w+=~-]*\d)(?=[\w+=~-]*[a-z])(?=[\w+=~-]*[A-Z])[\w+=~-]{20}/,
];

/**
 * Checks whether a text may be or hold a secret: PEM, `Bearer …`, 32 hexadecimal digits, or a word
 * of 20 characters of mixed kinds. A name of the field (`llama-3.1-8b-instruct-fast`) does not.
 */
export function looksSecret(text: string): boolean {
  return LOOKS.some((look) => look.test(text));
}

/** Quotes a text that somebody else wrote; one that may be a secret is described only. */
export function quote(text: string): string {
  if (looksSecret(text)) return `a text of ${text.length} characters, which may be a secret`;
  const quoted = JSON.stringify(text);
  return quoted.length > 80 ? `${quoted.slice(0, 80)}… (${quoted.length} characters)` : quoted;
}

/** Returns a key as it stands, or what is shown in its place where it may be a secret. */
export function showKey(key: string): string {
  return looksSecret(key) ? `(a key of ${key.length} characters)` : key;
}
