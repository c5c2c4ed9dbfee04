/** Foreign text in Markdown and terminals: names and values that the author of a change chose. */
import { UNPRINTABLE } from "../words.ts";

const MAX_CHARACTERS = 300;

/** Makes one printable line of a text, and cuts it where it is long. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/gu, " ").replaceAll(UNPRINTABLE, "�");
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
