import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Settings } from "../../policy/settings/settings.ts";
import { readProject, type Project } from "../../policy/stack/project.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { parseSettings, type ConfigValues } from "../../policy/settings/parse-settings.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { readStackFile } from "../../policy/stack/stack-file.ts";

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, "../..");

/**
 * The folder of the tests' own stacks. The shipped stack files belong to whoever forks this
 * project: see test/shipped.
 */
export const STACKS = join(ROOT, "test/fixtures/stacks");

/** The settings that an account adds to a stack file before it can be deployed. */
const ACCOUNT = {
  accountId: "0123456789abcdef0123456789abcdef",
  callers: JSON.stringify([{ name: "web", sha256: "ab".repeat(32) }]),
};

/** Reads the stack file of one of the tests' own stacks. */
export function stackText(stack: "dev" | "prod"): string {
  return readFileSync(join(STACKS, `Pulumi.${stack}.yaml`), "utf8");
}

/**
 * Reads a stack of the tests as Pulumi passes it to a program, with some settings changed
 * (undefined: removed).
 */
export function stackValues(
  stack: "dev" | "prod",
  changes: Readonly<Record<string, unknown>> = {},
): ConfigValues {
  const { values } = readStackFile(stackText(stack));
  const changed = Object.entries({ ...values, ...ACCOUNT, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return Object.fromEntries(changed);
}

/** Reads such a stack with full keys, as `pulumi.runtime.setAllConfig` takes them. */
export function stackConfig(...args: Parameters<typeof stackValues>): Record<string, string> {
  const entries = Object.entries(stackValues(...args));
  return Object.fromEntries(entries.map(([key, value]) => [`ai-gateway:${key}`, value]));
}

/** Lists the problems of a stack, one text each: `logs.maxEntries is 5; allowed is …`. */
export function problemsOf(values: ConfigValues): string[] {
  const parsed = parseSettings(values);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
}

/** Makes a stack that the rules can judge. Throws where it is not valid. */
export function stackWith(...[name, changes]: Parameters<typeof stackValues>): Stack {
  const parsed = parseSettings(stackValues(name, changes));
  if (!parsed.ok) throw new Error(formatProblems(name, parsed.problems));
  return toStack(name, parsed.settings);
}

/** Settings as a stack whose file declares them, and nothing besides. */
export function toStack(name: string, settings: Settings): Stack {
  return {
    name,
    accountId: settings.accountId,
    settings,
    others: new Map(),
    environments: [],
    ciphers: new Map(),
  };
}

/** The project of some stack files, by stack name. */
export function toProject(files: Readonly<Record<string, string>>): Project {
  const named = Object.entries(files).map(([name, text]) => [`Pulumi.${name}.yaml`, text] as const);
  return readProject(new Map(named));
}
