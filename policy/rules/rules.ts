/** Judges whether a valid stack should be deployed, by rules and their waivers. */
import type { Stack } from "../stack/stack.ts";
import type { Problem } from "../settings/problems.ts";
import { accountRules } from "./account.ts";
import { evidenceRules } from "./evidence.ts";
import { modelRules } from "./models.ts";
import { operationRules } from "./operation.ts";
import { previewRules } from "./preview.ts";
import { privacyRules } from "./privacy.ts";
import { telemetryRules } from "./telemetry.ts";
import { providerKeyRules } from "./provider-keys.ts";
import type { Rule, Severity, Surroundings } from "./rule.ts";
import { waiverRules } from "./waivers.ts";

const waivable = {
  Privacy: privacyRules,
  Telemetry: telemetryRules,
  Operation: operationRules,
  Models: modelRules,
  "Keys of providers": providerKeyRules,
  Accounts: accountRules,
  Evidence: evidenceRules,
  Previews: previewRules,
} satisfies Readonly<Record<string, readonly Rule[]>>;
const allWaivable: readonly Rule[] = Object.values(waivable).flat();
const aboutWaivers = waiverRules(allWaivable.map(({ id }) => id));

/** All rules by what they are about, in the order in which they are checked. */
export const RULE_GROUPS: Readonly<Record<string, readonly Rule[]>> = {
  ...waivable,
  Waivers: aboutWaivers,
};

export const RULES: readonly Rule[] = Object.values(RULE_GROUPS).flat();

/** A place where a stack breaks a rule. */
export interface Finding extends Problem {
  readonly rule: Rule;
  readonly severity: Severity;
}

/** Finds what a stack breaks today and no waiver excuses, errors first. */
export function check(stack: Stack, around: Omit<Surroundings, "broken">): readonly Finding[] {
  const found = allWaivable.flatMap((rule) => apply(rule, stack, { ...around, broken: new Set() }));
  // No file shows whether a rule about a preview is broken, and no deploy reads evidence, so a
  // waiver of one is not unused here.
  const unseen = [...previewRules, ...(around.evidence === undefined ? evidenceRules : [])];
  const broken = new Set([...found.map(({ rule }) => rule), ...unseen].map(({ id }) => id));
  const excused = new Set(
    stack.settings.waivers.filter(({ until }) => until >= around.today).map(({ rule }) => rule),
  );
  const findings = [
    ...found.filter(({ rule }) => !excused.has(rule.id)),
    ...aboutWaivers.flatMap((rule) => apply(rule, stack, { ...around, broken })),
  ];
  return findings.toSorted((a, b) => a.severity.localeCompare(b.severity));
}

function apply(rule: Rule, stack: Stack, around: Surroundings): Finding[] {
  const severity = rule.severity[stack.settings.tier];
  if (severity === undefined) return [];
  return rule.breaches(stack, around).map((problem) => ({ ...problem, rule, severity }));
}

/** Describes a finding as one problem: the value, the rule, and what to do. */
export function describeFinding({ path, message, rule }: Finding): Problem {
  return { path, message: `${message}; ${rule.requirement}: ${rule.remedy} [${rule.id}]` };
}
