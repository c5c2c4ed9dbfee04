/**
 * Checks the last promise about a project's own stack files: Pulumi's program runs for each. It
 * needs a process of its own.
 */
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";

import { readStackFiles } from "../../infra/stack-files.ts";
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
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID);
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

async function compare(name: string, text: string): Promise<readonly string[]> {
  const read = parseStackFile(name, text);
  if (!read.ok) return ["no gateway"];
  const { settings } = read.stack;
  const { resources, outputs } = await record(name, text);
  const script = resources.find(
    (one) => one.name === "chat" && one.type.endsWith(":WorkersScript"),
  );
  const { fingerprint } = await stateStack(settings);
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
async function record(name: string, text: string) {
  const { readable } = withStandIns(readStackFile(text).values);
  const config = Object.entries(readable).map(([key, value]) => [`ai-gateway:${key}`, value]);
  // The program's modules hold the stack that they were loaded for.
  vi.resetModules();
  const { default: program } = await import("../../infra/main.js");
  return recordStack(name, Object.fromEntries(config), program);
}
