/** The one place that reads Pulumi configuration. */
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { parseStackFile, type Stack } from "../policy/stack/stack.ts";
import { parseSettings } from "../policy/settings/parse-settings.ts";
import { formatProblem, formatProblems } from "../policy/settings/problems.ts";
import { check, describeFinding } from "../policy/rules/rules.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { readStackFiles } from "./stack-files.ts";

// Fixed, so that a fork under another project name keeps its stack files.
const NAMESPACE = "ai-gateway:";

/**
 * This stack's settings, checked and held to the rules. An account id that the stack file leaves out comes from
 * CLOUDFLARE_ACCOUNT_ID. Prints warnings, and throws one RunError (printed without a stack trace) with every problem.
 */
export function readSettings(): Settings {
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), value]),
  );
  // An empty variable is none.
  const accountId = values["accountId"] ?? (process.env["CLOUDFLARE_ACCOUNT_ID"] || undefined);

  const parsed = parseSettings(
    accountId === undefined ? values : { ...values, accountId },
    secretKeys(),
  );
  if (!parsed.ok) throw new pulumi.RunError(formatProblems(pulumi.getStack(), parsed.problems));
  keepRules(parsed.settings);
  return parsed.settings;
}

function keepRules(settings: Settings): void {
  const name = pulumi.getStack();
  const stack = { name, accountId: settings.accountId, settings };
  const today = new Date().toISOString().slice(0, 10);
  const findings = check(stack, { others: readOtherStacks(name), today });

  const warnings = findings.filter(({ severity }) => severity === "warning").map(describeFinding);
  const errors = findings.filter(({ severity }) => severity === "error").map(describeFinding);
  for (const warning of warnings) void pulumi.log.warn(formatProblem(warning));
  if (errors.length === 0) return;
  throw new pulumi.RunError(
    `${formatProblems(name, errors)}\n(what each rule is for, and how to except a stack from one until a day: docs/rules.md)`,
  );
}

/** As far as their files can be read here: what is wrong with another stack is told when that one is deployed. */
function readOtherStacks(name: string): readonly Stack[] {
  return [...readStackFiles(join(import.meta.dirname, ".."))].flatMap(([other, text]) => {
    if (other === name) return [];
    try {
      const read = parseStackFile(other, text);
      const accountId = process.env["CLOUDFLARE_ACCOUNT_ID"] || undefined;
      return read.ok ? [{ ...read.stack, accountId: read.stack.accountId ?? accountId }] : [];
    } catch {
      return [];
    }
  });
}

/** Settings that the stack file encrypts. The SDK keeps no public list; this is where the engine writes it. */
function secretKeys(): ReadonlySet<string> {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]");
  return new Set(Array.isArray(keys) ? keys.map((key) => String(key).replace(NAMESPACE, "")) : []);
}
