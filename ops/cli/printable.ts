/**
 * What an account stores was written by callers, models and members: a control character in it could move a terminal's
 * cursor or hide a line, and a bidirectional one could turn a line around.
 */

// Control and format characters, halves of a pair, and the two separators that some programs take for a new line.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** On one line. */
export function printableLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}

/** With its lines and tabs. */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : "�"));
}

/** JSON that says the same, with those characters as `\u…`; on one line unless indented. */
export function printableJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "null").replaceAll(UNPRINTABLE, (character) =>
    character === "\n" ? character : escape(character),
  );
}

function escape(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
