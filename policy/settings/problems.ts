/** Describes what is wrong with a stack: the setting, its value, what is allowed and what to do. */
import { closestMatch } from "leven";
import type { z } from "zod";

import { formatPath, hasNode, jsonSchemas, nodeAt, type Node, type Path } from "./schema.ts";
import type { LogSystem } from "./settings.ts";
import { looksSecret, quote } from "../looks-secret.ts";
import { count } from "../words.ts";

/** A problem at one place of a stack file. */
export interface Problem {
  /** The setting, such as `logs.maxEntries` or `callers[0].name`; empty for the file as a whole. */
  readonly path: string;
  /** The rest of a sentence that begins with the path: `is 5; allowed is 10 to 100`. */
  readonly message: string;
}

/** Formats all problems of one stack, one on each line. */
export function formatProblems(stack: string, problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  return [`stack ${stack} has ${count(problems.length, "problem")}:`, ...lines].join("\n");
}

/** Formats one problem, with the setting's name as the stack file has it. */
export function formatProblem({ path, message }: Problem): string {
  return path === "" ? message : `ai-gateway:${path} ${message}`;
}

/** Makes one problem where the condition holds, else none. */
export function problemIf(condition: boolean, path: string, message: string): readonly Problem[] {
  return condition ? [{ path, message }] : [];
}

/** Judges each item of a list, whose place stands for `[]` in the path: `readers[].until`. */
export function problemsIn<Item>(
  path: string,
  items: readonly Item[],
  judge: (item: Item, index: number) => string | false | undefined,
): readonly Problem[] {
  return items.flatMap((item, index) => {
    const message = judge(item, index);
    return message ? [{ path: path.replace("[]", `[${index}]`), message }] : [];
  });
}

/** Describes an issue of the schema: one problem, or one for each unknown key. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  raw: unknown,
  system: LogSystem,
  secretKeys: ReadonlySet<string>,
): Problem[] {
  const node = nodeAt(jsonSchemas[system], issue.path);
  if (issue.code === "invalid_key") {
    const names = nodeAt(jsonSchemas[system], issue.path.slice(0, -1)).propertyNames ?? {};
    const message = `is not a name that can stand here; allowed is ${allowed(names)}`;
    return [{ path: formatPath(issue.path), message }];
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => describeUnknownKey([...issue.path, key], node));
  }
  const place = asWritten(issue.path, raw, jsonSchemas[system]);
  const path = formatPath(place);
  const value = valueAt(raw, place);
  const isSecret =
    secretKeys.has(String(issue.path[0])) ||
    node.secret === true ||
    node.unshown === true ||
    mayBeSecret(value) ||
    (typeof value !== "object" && holdsSecret(node));
  if (value === undefined || value === null || value === "") {
    const state = value === undefined ? "missing" : "empty";
    return [{ path, message: `is ${state}; set it to ${expectation(node)}${fallback(node)}` }];
  }
  const shown = isSecret ? "has a value that is not allowed" : `is ${show(value)}`;
  return [{ path, message: `${shown}; allowed is ${expectation(node)}${hint(value, node)}` }];
}

/** Returns the path of a value in the file, where a bare value may stand for a group. */
function asWritten(path: Path, raw: unknown, root: Node): Path {
  const group = path.slice(0, -1);
  const isShort = path.length > 0 && nodeAt(root, group).shorthand === path.at(-1);
  return isShort && !isGroup(valueAt(raw, group)) ? group : path;
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Checks whether a setting is or contains a secret, which may then stand in its text. */
function holdsSecret({ secret, items, properties = {}, additionalProperties }: Node): boolean {
  const inner = [items, additionalProperties || undefined, ...Object.values(properties)];
  return secret === true || inner.some((node) => node !== undefined && holdsSecret(node));
}

/** Checks whether a value looks like a secret, whatever setting it was written into. */
function mayBeSecret(value: unknown): boolean {
  return typeof value === "string" && looksSecret(value);
}

function describeUnknownKey(path: readonly PropertyKey[], node: Node): Problem {
  const key = String(path.at(-1));
  // The legacy schema has every setting of the other.
  if (hasNode(jsonSchemas.legacy, path)) {
    return {
      path: formatPath(path),
      message: "has no effect with logSystem observability; remove it, or set logSystem to legacy",
    };
  }
  const known = Object.keys(node.properties ?? {});
  const nearest = nearestName(key, known);
  const advice =
    nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
  return { path: formatPath(path), message: `is not a setting; ${advice}` };
}

/** Guesses which name was meant: in another case, begun, or with a wrong letter in three. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = name.toLowerCase();
  return (
    known.find((other) => other.toLowerCase() === plain) ??
    (plain.length < 3 ? undefined : known.find((other) => other.toLowerCase().startsWith(plain))) ??
    closestMatch(name, [...known], { maxDistance: Math.ceil(name.length / 3) })
  );
}

/** Describes what a setting allows, with the source: `a whole number from 1 to 9 (https://…)`. */
function expectation(node: Node): string {
  const source = node.source === undefined ? "" : ` (${node.source})`;
  return `${allowed(node)}${source}`;
}

/** Describes what a setting allows, without the source. */
export function allowed(node: Node): string {
  if (node.expects !== undefined) return node.expects;
  if (node.enum !== undefined) return anyOf(node.enum);
  if (node.type === "integer") return `a whole number from ${node.minimum} to ${node.maximum}`;
  if (node.type === "boolean") return "true or false";
  if (node.additionalProperties) return "a group of names and values";
  if (node.type === "array") return `a list of ${node.minItems ?? 0} to ${node.maxItems} items`;
  if (node.type === "object") return `a group of ${Object.keys(node.properties ?? {}).join(", ")}`;
  return "text";
}

/** Formats alternatives. The formatter is no constant: it is slow to load, and seldom used. */
function anyOf(values: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "disjunction" }).format(values);
}

function fallback(node: Node): string {
  return node.fallback === undefined ? "" : `, or set ${node.fallback} in the environment`;
}

/** Returns the remedy for the commonest mistakes in YAML, and for those that reveal a secret. */
function hint(value: unknown, node: Node): string {
  if (typeof value === "string" && value.includes("PRIVATE KEY-----")) {
    return "; this is a private key, which whoever has the file can use now: delete it, and make a new pair with npm run keys";
  }
  if (mayBeSecret(value) && !holdsSecret(node) && node.unshown !== true) {
    return "; it looks like a secret, so no message shows it: if it is one, delete it, and make a new one";
  }
  if (node.mayBeClear === true) {
    return "; write the hash of the token and not the token: npm run caller -- add makes both; if this is a token, make a new one";
  }
  const isQuoted =
    (node.type === "integer" && /^\d+$/.test(String(value))) ||
    (node.type === "boolean" && /^(true|false)$/.test(String(value)));
  if (typeof value === "string" && isQuoted) return "; write it without quotes";
  if (typeof value === "number" && node.type === "string") return "; write it in quotes";
  return "";
}

function show(value: unknown): string {
  if (typeof value === "object")
    return Array.isArray(value) ? `a list of ${value.length}` : "a group of settings";
  return typeof value === "string" ? quote(value) : JSON.stringify(value);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    raw,
  );
}
