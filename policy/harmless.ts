/**
 * Makes text that somebody else wrote harmless: one function for each medium that it is printed to.
 * The author of a stack file, of a branch or of a request chooses such text, and so may the API.
 */

/*
 * Control and format characters, halves of a pair, and the two separators that some programs take for a new line. A
 * control character could move a terminal's cursor or hide a line, and a bidirectional one could turn a line around.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Makes text printable on one line: each unprintable character is replaced. */
export function printableLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}

/** Makes text printable and keeps its lines and tabs. */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : "�"));
}

/**
 * Makes text printable in a log of GitHub Actions, whose runner obeys `::…` at the beginning of a
 * line and `##[…` anywhere in it.
 * https://github.com/actions/runner/blob/v2.330.0/src/Runner.Common/ActionCommand.cs
 */
export function workflowLogText(text: string): string {
  return printableText(text)
    .replaceAll(/^([^\S\n]*)::/gmu, "$1: :")
    .replaceAll("##[", "## [");
}

/**
 * Formats a value as JSON with unprintable characters as `\u…`; on one line unless `indent` is
 * given. No text in it can be a command to a workflow's runner.
 */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? "null";
  return json
    .replaceAll(UNPRINTABLE, (character) => (character === "\n" ? character : escape(character)))
    .replaceAll("##[", `#${escape("#")}[`);
}

function escape(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

const MAX_CHARACTERS = 300;

/** Makes one printable line of a text, and cuts it where it is long. */
export function oneLine(text: string): string {
  const line = printableLine(text.replaceAll(/\s+/gu, " "));
  return line.length > MAX_CHARACTERS
    ? `${line.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…`
    : line;
}

/**
 * Writes a text as Markdown code, in which GitHub makes nothing of a mention, a link, an image, HTML or a number of an
 * issue. Escapes would not do: GitHub looks for mentions after it has undone them. Not for the cell of a table, where a
 * bar ends the code.
 */
export function inCode(text: string): string {
  const line = oneLine(text);
  const runs = line.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  // A grave accent beside the fence would be part of it, and of spaces on both sides one would be lost.
  const gap = /^$|^[` ]|[` ]$/.test(line) ? " " : "";
  return `${fence}${gap}${line}${gap}${fence}`;
}

/**
 * Writes a text as one line of Markdown, also in the cell of a table: no HTML, table, image, named
 * link or mention comes of it. A plain address stays a link, since it shows where it leads.
 */
export function escapeMarkdown(text: string): string {
  return (
    printableLine(text)
      .replaceAll(/[\\`*[\]<>|]/g, String.raw`\$&`)
      // GitHub looks for mentions after it has undone escapes; a model's name (`@cf/…`) mentions nobody.
      .replaceAll(/(?<![\w/])@(?=(?!cf\/)\w)/g, "@<!-- -->")
  );
}
