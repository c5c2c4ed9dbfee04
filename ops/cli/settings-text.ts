/** Changes settings of a stack file as text: comments, layout and all else stay as they are. */
import { isDeepStrictEqual } from "node:util";

import { isCollection, isMap, isScalar, isSeq, parseDocument, stringify } from "yaml";
import type { Pair, YAMLMap } from "yaml";

import { BAD_ALIASES, describeYamlError } from "../../policy/stack/yaml-errors.ts";
import { CommandError } from "./errors.ts";

/** Returns the text with one more setting, below the others. Throws a CommandError where it is there. */
export function addSetting(text: string, setting: string, value: object): string {
  const { config, pair } = locate(text, setting);
  if (pair !== undefined) throw new CommandError(`has ${setting} already`);
  const lines = stringify({ [setting]: value }, { lineWidth: 0 })
    .trimEnd()
    .split("\n");
  const indent = columnOf(text, startOf(config.items[0]?.key));
  const changed = splice(text, lineEnd(text, endOf(config)), indented(lines, indent));
  if (isDeepStrictEqual(toSettings(changed), { ...toSettings(text), [setting]: value })) {
    return changed;
  }
  throw new CommandError(`cannot be changed safely: write ${setting} there by hand`);
}

/** Locates the settings, and one of them. Throws a CommandError where the text has none. */
export function locate(
  text: string,
  setting: string,
): { readonly config: YAMLMap; readonly pair: Pair | undefined } {
  const document = parseDocument(text, { keepSourceTokens: true, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(describeYamlError(error.code));
  try {
    document.toJS();
  } catch {
    throw notYaml(BAD_ALIASES);
  }
  const config = document.get("config", true);
  if (!isMap(config) || config.flow === true || config.items.length === 0) {
    throw new CommandError("has no settings under config, each on a line of its own");
  }
  const pair = config.items.find(({ key }) => isScalar(key) && key.value === setting);
  return { config, pair };
}

function notYaml(reason: string): CommandError {
  return new CommandError(`is not YAML: ${reason}`);
}

/** Indents lines by a number of spaces. */
export function indented(lines: readonly string[], indent: number): readonly string[] {
  return lines.map((line) => " ".repeat(indent) + line);
}

/** Puts lines in the place of what stands from `start` to `end`, with the line ends that the text has. */
export function splice(text: string, start: number, lines: readonly string[], end = start): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, start);
  const gap = before === "" || before.endsWith("\n") || lines.length === 0 ? "" : newline;
  return before + gap + lines.map((line) => line + newline).join("") + text.slice(end);
}

/** Reads the settings under config as plain data. */
export function toSettings(text: string): Record<string, unknown> {
  const { config } = Object(parseDocument(text, { logLevel: "silent" }).toJS());
  return { ...config };
}

/** The lines of a setting, its last line's comment included. */
export function linesOf(text: string, { key, value }: Pair): readonly [number, number] {
  const end = Math.max(endOf(value), startOf(key));
  return [lineStart(text, startOf(key)), lineEnd(text, end)];
}

/** Where a node begins. */
export function startOf(node: unknown): number {
  return isScalar(node) || isCollection(node) ? (node.range?.[0] ?? 0) : 0;
}

/** The end of a node's last value: a list's or group's own end takes in the comments that follow it. */
export function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) return endOf(node.items.at(-1)?.value);
  if (isSeq(node) && node.flow !== true) return endOf(node.items.at(-1));
  return isScalar(node) || isCollection(node) ? (node.range?.[1] ?? 0) : 0;
}

/** The column of an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The beginning of the line of an offset. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The beginning of the next line; a block of text ends there already. */
export function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}
