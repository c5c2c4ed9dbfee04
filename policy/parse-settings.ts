/**
 * From the strings of a stack's configuration to checked settings, or to every problem at once.
 *
 * Pulumi hands a program each setting as one string: text as it stands, all else as JSON. A stack file
 * read without Pulumi is brought into the same form by stack-file.ts, so that one check serves both.
 */
import type { z } from "zod";

import { describeIssue, type Problem } from "./problems.ts";
import { schemas, type Settings } from "./settings.ts";

/** Setting name without its namespace → text or JSON. */
export type ConfigValues = Readonly<Record<string, string>>;

export type Parsed =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks a whole stack. `secretKeys` are settings whose value no message may show;
 * secret fields of the schema are never shown anyway.
 */
export function parseSettings(
  values: ConfigValues,
  secretKeys: ReadonlySet<string> = new Set(),
): Parsed {
  const system = values["logSystem"] === "observability" ? "observability" : "legacy";
  const raw = decode(values);

  const result = schemas[system].safeParse(raw, { reportInput: true });
  const issues = result.success ? [] : result.error.issues;
  const problems = [
    ...issues.flatMap((issue: z.core.$ZodIssue) => describeIssue(issue, raw, system, secretKeys)),
    ...missingCallers(raw),
  ];
  if (!result.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: result.data };
}

/** JSON where it is JSON; text otherwise, for the schema to judge. */
function decode(values: ConfigValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => [
      key,
      TEXT_SETTINGS.has(key) ? text : parseJson(text),
    ]),
  );
}

// Text even where it looks like a number: an account id of digits, a gateway named 7.
const TEXT_SETTINGS = new Set(["gatewayId", "accountId", "tier", "logSystem"]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A rule between two settings, told beside the others even when one of them is otherwise wrong. */
function missingCallers(raw: Record<string, unknown>): Problem[] {
  const worker = raw["worker"];
  const access =
    typeof worker === "object" && worker !== null && "access" in worker ? worker.access : "token";
  const callers = raw["callers"];
  const hasNone = callers === undefined || (Array.isArray(callers) && callers.length === 0);
  if (access !== "token" || !hasNone) return [];
  return [
    {
      path: "callers",
      message:
        "is empty, so nobody could call the Worker; add a caller with the SHA-256 of its token " +
        "(README, “Deploy”), or set worker.access to open",
    },
  ];
}
