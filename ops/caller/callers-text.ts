/** The callers of a stack file, changed as text: all that is not theirs stays as it is. */
import { isDeepStrictEqual } from "node:util";

import { isScalar, isSeq, stringify } from "yaml";
import type { Node, YAMLSeq } from "yaml";

import { CommandError } from "../cli/errors.ts";
import { parseJson } from "../../policy/json.ts";
import {
  columnOf,
  endOf,
  indented,
  lineEnd,
  lineStart,
  linesOf,
  locate,
  splice,
  startOf,
  toSettings,
} from "../cli/settings-text.ts";

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
  const { pair } = locate(text, SETTING);
  return toList(pair?.value);
}

/** Returns the text with one more caller, after the last one of its name, or after all others. */
export function addCaller(text: string, caller: FileCaller): string {
  const { config, pair } = locate(text, SETTING);
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
  const { config, pair } = locate(text, SETTING);
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

/** Returns the changed text, once it is read as the same settings with these callers. */
function checked(text: string, callers: readonly FileCaller[], changed: string): string {
  const wanted = toSettings(text);
  if (callers.length === 0) delete wanted[SETTING];
  else wanted[SETTING] = callers;
  if (isDeepStrictEqual(toSettings(changed), wanted)) return changed;
  throw new CommandError(`cannot be changed safely: write ${SETTING} as a list of lines first`);
}

/** Where the dash of an item stands. */
function dashOf(list: YAMLSeq<Node>, place: number): number {
  const token = list.srcToken;
  const item = token?.type === "block-seq" ? token.items[place] : undefined;
  const dash = item?.start.find(({ type }) => type === "seq-item-ind");
  return dash?.offset ?? startOf(list.items[place]);
}

/** The beginning of the lines of comment that end where a line begins. */
function commentStart(text: string, start: number): number {
  const above = lineStart(text, start - 1);
  const isComment = start > 0 && /^\s*#/.test(text.slice(above, start));
  return isComment ? commentStart(text, above) : start;
}
