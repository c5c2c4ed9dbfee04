/**
 * Decides an answer, the same for every form:
 * - It calls each tool whose name the user's last message has, where `tool_choice` allows it; under
 *   `required` it calls the first one where the message has no name. Arguments are made from the
 *   tool's schema, or are the JSON that follows the name.
 * - After the results of tools it calls none, and quotes the results.
 * - Where the answer shall match a schema, it is JSON made from the schema.
 * - Otherwise it repeats the user's last message.
 */
import { createHash } from "node:crypto";

import { sampleOf } from "./json-schema.ts";
import type { View, ViewTool } from "./view.ts";

/** A call of a tool. */
export interface Call {
  /** Unique in its conversation, without the prefix of a form. */
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON; the text itself for a custom tool. */
  readonly input: string;
  readonly isCustom: boolean;
  readonly namespace?: string;
}

/** An answer without its form. */
export interface Decision {
  /** Names the answer; the same conversation has the same one. */
  readonly id: string;
  readonly thought: string | undefined;
  /** The text; empty where there are calls. */
  readonly text: string;
  readonly calls: readonly Call[];
  /** Whether the text ends where the request's limit is. */
  readonly isCut: boolean;
  readonly usage: Usage;
}

/** Token counts; `reasoning` is part of `output`. */
interface Usage {
  readonly input: number;
  readonly output: number;
  readonly reasoning: number;
  readonly total: number;
}

// A token has about four characters: a number to look at, not to bill by.
const TOKEN_CHARACTERS = 4;

/** Decides the answer to a request. */
export function decide(view: View): Decision {
  const { entries, maxTokens } = view;
  const id = idOf(view);
  const prompt = entries.findLast(({ role }) => role === "user")?.text ?? "";
  const results = entries.slice(entries.findLastIndex(({ role }) => role !== "tool") + 1);
  const thought = view.thinks ? `The user's message has ${prompt.length} characters.` : undefined;
  const tools = results.length > 0 ? [] : toolsToCall(view, prompt);
  const calls = tools.map((tool, index) => toCall(tool, `${id}${index}`, prompt));
  const full = calls.length > 0 ? "" : textFor(view, prompt, results);
  const text = full.slice(0, (maxTokens ?? Infinity) * TOKEN_CHARACTERS);

  const input = entries.reduce((sum, entry) => sum + countTokens(entry.text), 0);
  const reasoning = countTokens(thought ?? "");
  const called = calls.reduce((sum, call) => sum + countTokens(call.input), 0);
  const output = reasoning + countTokens(text) + called;
  const usage = { input, output, reasoning, total: input + output };
  return { id, thought, text, calls, isCut: text.length < full.length, usage };
}

function textFor(view: View, prompt: string, results: readonly { readonly text: string }[]) {
  if (view.schema !== undefined) return JSON.stringify(sampleOf(view.schema));
  const intro = `This is the local model, standing in for ${view.model}.`;
  if (results.length === 0) return `${intro} You said: ${prompt}`;
  return `${intro} The tools answered: ${results.map(({ text }) => text).join("; ")}`;
}

function toolsToCall({ tools, choice, isParallel }: View, prompt: string): readonly ViewTool[] {
  if (choice.mode === "none") return [];
  const allowed = tools.filter(({ name }) => choice.only?.includes(name) ?? true);
  const named = allowed.filter(({ name }) => findName(prompt, name) !== undefined);
  const called = named.length === 0 && choice.mode === "required" ? allowed.slice(0, 1) : named;
  return isParallel ? called : called.slice(0, 1);
}

function toCall(tool: ViewTool, id: string, prompt: string): Call {
  const { schema, ...named } = tool;
  const { name, isCustom } = named;
  const end = findName(prompt, name);
  const rest = end === undefined ? "" : prompt.slice(end).trimStart();
  const input = isCustom
    ? rest || `input of ${name}`
    : (leadingJson(rest) ?? JSON.stringify(sampleOf(schema)));
  return { id, ...named, input };
}

/** Returns where a tool's name ends in a text that has it as a whole word. */
function findName(text: string, name: string): number | undefined {
  const match = new RegExp(`(?<![\\w-])${RegExp.escape(name)}(?![\\w-])`).exec(text);
  return match === null ? undefined : match.index + name.length;
}

/** Returns the JSON object with which a text begins. */
function leadingJson(text: string): string | undefined {
  for (let end = text.indexOf("}"); end !== -1; end = text.indexOf("}", end + 1)) {
    const json = text.slice(0, end + 1);
    try {
      JSON.parse(json);
      return json;
    } catch {}
  }
  return undefined;
}

function idOf({ model, entries }: View): string {
  return createHash("sha256")
    .update(JSON.stringify([model, entries]))
    .digest("hex")
    .slice(0, 24);
}

function countTokens(text: string): number {
  return Math.ceil(text.length / TOKEN_CHARACTERS);
}
