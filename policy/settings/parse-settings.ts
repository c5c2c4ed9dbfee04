/**
 * Parses the strings of a stack's configuration into checked settings, or reports every problem at
 * once.
 *
 * Pulumi passes each setting to a program as one string: text as it is, everything else as JSON. A
 * stack file read without Pulumi is converted to that form by stack-file.ts, so that one check
 * serves both.
 */
import type { z } from "zod";

import { parseJson } from "../json.ts";
import { describeIssue, type Problem } from "./problems.ts";
import { checkReferences } from "./references.ts";
import { jsonSchemas, type Node } from "./schema.ts";
import { schemas, type Settings } from "./settings.ts";

/** The settings' values, as text or JSON, by name without the namespace. */
export type ConfigValues = Readonly<Record<string, string>>;

/** Checked settings, or every problem. */
export type Parsed =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks a whole stack. No message shows a value of `secretKeys`, or a secret of the schema. */
export function parseSettings(
  values: ConfigValues,
  secretKeys: ReadonlySet<string> = new Set(),
): Parsed {
  const system = values["logSystem"] === "observability" ? "observability" : "legacy";
  const raw = decode(values);
  const expanded = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [
      key,
      expand(jsonSchemas[system].properties?.[key], value),
    ]),
  );

  const result = schemas[system].safeParse(expanded);
  const issues = result.success ? [] : result.error.issues;
  const problems = [
    ...issues.flatMap((issue: z.core.$ZodIssue) => describeIssue(issue, raw, system, secretKeys)),
    ...checkReferences(expanded),
  ];
  if (!result.success || problems.length > 0) return { ok: false, problems: once(problems) };
  return { ok: true, settings: result.data };
}

/** Removes repeats: a number too large to be exact breaks two bounds, with one message. */
function once(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map(problems.map((problem) => [problem.path + problem.message, problem])).values(),
  ];
}

/** Parses values as JSON where they are JSON, and leaves others as text for the schema to judge. */
function decode(values: ConfigValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => [
      key,
      // A text setting stays text even where it looks like a number: an account id of digits, a
      // gateway named 7.
      jsonSchemas.legacy.properties?.[key]?.type === "string" ? text : parseJson(text, text, toDay),
    ]),
  );
}

/** Restores a day without quotes, which reaches a program as Go prints a time stamp. */
function toDay(_: string, value: unknown): unknown {
  return typeof value === "string"
    ? value.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1")
    : value;
}

/** Writes each bare value that stands for a group as that group. */
function expand(node: Node | undefined, value: unknown): unknown {
  if (node === undefined || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => expand(node.items, item));
  if (typeof value !== "object") {
    return node.shorthand === undefined ? value : { [node.shorthand]: value };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expand(node.properties?.[key], item)]),
  );
}
