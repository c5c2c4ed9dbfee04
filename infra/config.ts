/** The one place that reads Pulumi configuration. */
import * as pulumi from "@pulumi/pulumi";

import type { Project } from "../policy/stack/project.ts";
import { readStackOf } from "../policy/stack/read-stack.ts";
import { A_SECRET } from "../policy/stack/stack-file.ts";
import type { Stack } from "../policy/stack/stack.ts";
import { parseSettings } from "../policy/settings/parse-settings.ts";
import { formatProblem, formatProblems } from "../policy/settings/problems.ts";
import { check, describeFinding } from "../policy/rules/rules.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { keepApiAddress } from "./api-address.ts";
import type { Deployed } from "./deployed.ts";

// Fixed, so that a fork under another project name keeps its stack files.
const NAMESPACE = "ai-gateway:";

/**
 * This stack's settings, checked and held to the rules. An account id that the stack file leaves out comes from
 * CLOUDFLARE_ACCOUNT_ID. Prints warnings, and throws one RunError (printed without a stack trace) with every problem.
 */
export function readSettings({ name, project }: Omit<Deployed, "folder">): Settings {
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), value]),
  );
  // An empty variable is none.
  const environment = process.env["CLOUDFLARE_ACCOUNT_ID"] || undefined;
  const accountId = values["accountId"] ?? environment;
  if (environment !== undefined && accountId && environment !== accountId) {
    throw new pulumi.RunError(
      `CLOUDFLARE_ACCOUNT_ID is ${JSON.stringify(environment)}, and stack ${name} declares another accountId; deploy with the account of the stack file, or correct the one that is wrong`,
    );
  }

  const parsed = parseSettings(
    accountId === undefined ? values : { ...values, accountId },
    secretKeys(),
  );
  if (!parsed.ok) throw new pulumi.RunError(formatProblems(name, parsed.problems));
  keepApiAddress(parsed.settings);
  const stack = {
    name,
    // The stack's own: what the environment decides, no rule can know offline.
    accountId: values["accountId"],
    settings: parsed.settings,
    others: readOthers(),
    environments: [],
    ciphers: new Map(),
  };
  keepRules(stack, project);
  return parsed.settings;
}

/** Reads the settings of other namespaces, by full key, as Pulumi handed them over; a secret is `a secret`. */
export function readOthers(): ReadonlyMap<string, string> {
  const secrets = secretKeys();
  const others = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => !key.startsWith(NAMESPACE))
    .map(([key, value]) => [key, secrets.has(key) ? A_SECRET : value] as const);
  return new Map(others);
}

function keepRules(stack: Stack, project: Project): void {
  const today = new Date().toISOString().slice(0, 10);
  const findings = check(stack, { others: readOtherStacks(stack.name, project), today });

  const warnings = findings.filter(({ severity }) => severity === "warning").map(describeFinding);
  const errors = findings.filter(({ severity }) => severity === "error").map(describeFinding);
  for (const warning of warnings) void pulumi.log.warn(formatProblem(warning));
  if (errors.length === 0) return;
  throw new pulumi.RunError(
    `${formatProblems(stack.name, errors)}\n(what each rule is for, and how to except a stack from one until a day: docs/rules.md)`,
  );
}

/** Reads the project's other stacks, as far as their files can be read: what is wrong with one stops its own deploy. */
function readOtherStacks(name: string, project: Project): readonly Stack[] {
  const others = [...project.stacks.keys()].filter((other) => other !== name);
  return others.flatMap((other) => {
    const read = readStackOf(project, other);
    return read.ok ? [read.stack] : [];
  });
}

/** Settings that the stack file encrypts. The SDK keeps no public list; this is where the engine writes it. */
function secretKeys(): ReadonlySet<string> {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]");
  return new Set(Array.isArray(keys) ? keys.map((key) => String(key).replace(NAMESPACE, "")) : []);
}
