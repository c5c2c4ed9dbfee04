/**
 * Checks the last promise about a project's own stack files: Pulumi's program runs for each. It
 * needs a process of its own.
 */
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";

import { readStackFiles } from "../../infra/project-files.ts";
import type { Content } from "../../policy/stack/yaml.ts";
import { readStackFile } from "../../policy/stack/stack-file.ts";
import { parseStackFile, withStandIns } from "../../policy/stack/stack.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { recordStack } from "../../record/record.ts";

const ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

/**
 * Lists what the program fails to declare of a project's stacks, one text each. Throws as the
 * program does.
 */
export async function findUndeclared(project: string): Promise<readonly string[]> {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  try {
    const wrong: string[] = [];
    for (const [name, text] of readStackFiles(project)) {
      const missing = await compare(name, text);
      wrong.push(...missing.map((what) => `${name}: ${what} is not what the stack file declares`));
    }
    return wrong;
  } finally {
    warn.mockRestore();
    vi.unstubAllEnvs();
  }
}

async function compare(name: string, file: Content): Promise<readonly string[]> {
  const read = parseStackFile(name, file);
  if (!read.ok) return ["no gateway"];
  const { settings } = read.stack;
  const { resources, outputs } = await record(name, file);
  const script = resources.find(
    (one) => one.name === "chat" && one.type.endsWith(":WorkersScript"),
  );
  const { fingerprint } = await stateStack(read.stack);
  const pairs = {
    gatewayId: [outputs["gatewayId"], settings.gatewayId],
    "worker.name": [script?.inputs["scriptName"], settings.worker.name],
    policyFingerprint: [outputs["policyFingerprint"], fingerprint],
  };
  return Object.entries(pairs).flatMap(([what, [declared, expected]]) =>
    declared === expected ? [] : [what],
  );
}

/** Runs the program as for a deploy, with stand-ins for what a stack file encrypts. */
async function record(name: string, file: Content) {
  const { readable } = withStandIns(readStackFile(file).values);
  // A stack file that names its account is deployed into no other.
  const config = Object.entries({ accountId: ACCOUNT_ID, ...readable }).map(([key, value]) => [
    `ai-gateway:${key}`,
    value,
  ]);
  // The program's modules hold the stack that they were loaded for.
  vi.resetModules();
  const { default: program } = await import("../../infra/main.js");
  return recordStack(name, Object.fromEntries(config), program);
}
