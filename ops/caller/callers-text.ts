/**
 * The callers of a stack file, changed as text: a document tells where they stand, and all that is not theirs stays as it
 * is, comments and layout included.
 */
import { isDeepStrictEqual } from "node:util";

import { isCollection, isMap, isScalar, isSeq, parseDocument, stringify } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";

import { BAD_ALIASES, describeYamlError } from "../../policy/stack/yaml-errors.ts";
import { CommandError } from "../cli/errors.ts";
import { parseJson } from "../cli/json.ts";

/** A caller as its file has it; `sha256` is a text, or `{ secure: … }`. */
export interface FileCaller {
  readonly name?: unknown;
  readonly sha256?: unknown;
  readonly until?: unknown;
  readonly models?: unknown;
  readonly limit?: unknown;
  readonly limitUsd?: unknown;
}

const SETTING = "ai-gateway:callers";

/** Lists a stack file's callers. Throws a CommandError where the file has no group of settings, or callers are no list. */
export function readCallers(text: string): readonly FileCaller[] {
  const { pair } = locate(text);
  return toList(pair?.value);
}

/** Returns the text with one more caller, after the last one of its name, or after all others. */
export function addCaller(text: string, caller: FileCaller): string {
  const { config, pair } = locate(text);
  const known = readCallers(text);
  const sibling = known.findLastIndex(({ name }) => name === caller.name);
  const last = sibling === -1 ? known.length - 1 : sibling;
  const callers = known.toSpliced(last + 1, 0, caller);
  const list = pair?.value;
  if (isBlockList(list) && list.items.length > 0) {
    const indent = columnOf(text, dashOf(list, 0));
    const start = lineEnd(text, endOf(list.items[last]));
    return checked(text, callers, splice(text, start, render([caller], indent)));
  }
  const indent = columnOf(text, startOf(config.items[0]?.key));
  const [start, end] = pair ? linesOf(text, pair) : [lineEnd(text, endOf(config)), undefined];
  const lines = indented([`${SETTING}:`, ...render(callers, 2)], indent);
  return checked(text, callers, splice(text, start, lines, end));
}

/**
 * Returns the text without the callers at these places, and without the comments right above each: they would be read as
 * the next caller's. Without the last one, the setting goes too.
 */
export function removeCallers(text: string, places: readonly number[]): string {
  const { config, pair } = locate(text);
  const callers = readCallers(text).filter((_, place) => !places.includes(place));
  if (pair === undefined || callers.length === 0) {
    const [start, end] = pair ? linesOf(text, pair) : [0, 0];
    return checked(text, callers, splice(text, start, [], end));
  }
  const list = pair.value;
  if (!isBlockList(list)) {
    const indent = columnOf(text, startOf(config.items[0]?.key));
    const [start, end] = linesOf(text, pair);
    const lines = indented([`${SETTING}:`, ...render(callers, 2)], indent);
    return checked(text, callers, splice(text, start, lines, end));
  }
  // From the last, so that the places before it stay where they are.
  const fromLast = places.toSorted((a, b) => b - a);
  const changed = fromLast.reduce((rest, place) => {
    const start = commentStart(text, lineStart(text, dashOf(list, place)));
    return splice(rest, start, [], lineEnd(text, endOf(list.items[place])));
  }, text);
  return checked(text, callers, changed);
}

type Setting = Pair;

function locate(text: string): { readonly config: YAMLMap; readonly pair: Setting | undefined } {
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
  const pair = config.items.find(({ key }) => isScalar(key) && key.value === SETTING);
  return { config, pair };
}

function notYaml(reason: string): CommandError {
  return new CommandError(`is not YAML: ${reason}`);
}

function toList(value: unknown): readonly FileCaller[] {
  const plain: unknown = isSeq(value) ? value.toJSON() : isScalar(value) ? value.value : value;
  // As `pulumi config set` writes a list without --path.
  const list = typeof plain === "string" ? parseJson(plain, plain) : (plain ?? []);
  if (Array.isArray(list) && list.every((item) => typeof item === "object" && item !== null)) {
    return list;
  }
  throw new CommandError(`has ${SETTING}, which is no list of callers`);
}

function isBlockList(value: unknown): value is YAMLSeq<Node> {
  return isSeq(value) && value.flow !== true;
}

/** Writes callers as lines of a list. */
function render(callers: readonly FileCaller[], indent: number): readonly string[] {
  return indented(stringify(callers, { lineWidth: 0 }).trimEnd().split("\n"), indent);
}

function indented(lines: readonly string[], indent: number): readonly string[] {
  return lines.map((line) => " ".repeat(indent) + line);
}

/** Puts lines in the place of what stands from `start` to `end`, with the line ends that the text has. */
function splice(text: string, start: number, lines: readonly string[], end = start): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, start);
  const gap = before === "" || before.endsWith("\n") || lines.length === 0 ? "" : newline;
  return before + gap + lines.map((line) => line + newline).join("") + text.slice(end);
}

/** Returns the changed text, once it is read as the same settings with these callers. */
function checked(text: string, callers: readonly FileCaller[], changed: string): string {
  const wanted = toSettings(text);
  if (callers.length === 0) delete wanted[SETTING];
  else wanted[SETTING] = callers;
  if (isDeepStrictEqual(toSettings(changed), wanted)) return changed;
  throw new CommandError(`cannot be changed safely: write ${SETTING} as a list of lines first`);
}

function toSettings(text: string): Record<string, unknown> {
  const { config } = Object(parseDocument(text, { logLevel: "silent" }).toJS());
  return { ...config };
}

/** The lines of a setting, its last line's comment included. */
function linesOf(text: string, { key, value }: Setting): readonly [number, number] {
  const end = Math.max(endOf(value), startOf(key));
  return [lineStart(text, startOf(key)), lineEnd(text, end)];
}

/** Where the dash of an item stands. */
function dashOf(list: YAMLSeq<Node>, place: number): number {
  const token = list.srcToken;
  const item = token?.type === "block-seq" ? token.items[place] : undefined;
  const dash = item?.start.find(({ type }) => type === "seq-item-ind");
  return dash?.offset ?? startOf(list.items[place]);
}

function startOf(node: unknown): number {
  return isScalar(node) || isCollection(node) ? (node.range?.[0] ?? 0) : 0;
}

/** The end of a node's last value: a list's or group's own end takes in the comments that follow it. */
function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) return endOf(node.items.at(-1)?.value);
  if (isSeq(node) && node.flow !== true) return endOf(node.items.at(-1));
  return isScalar(node) || isCollection(node) ? (node.range?.[1] ?? 0) : 0;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The beginning of the lines of comment that end where a line begins. */
function commentStart(text: string, start: number): number {
  const above = lineStart(text, start - 1);
  const isComment = start > 0 && /^\s*#/.test(text.slice(above, start));
  return isComment ? commentStart(text, above) : start;
}

/** The beginning of the next line; a block of text ends there already. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}
