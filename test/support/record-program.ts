/** Records what the real program declares, again and again in one process, which no other test file may share. */
import { createRequire } from "node:module";
import { join } from "node:path";

import { recordStack, type Recording } from "../../record/record.ts";
import { ROOT } from "./settings.ts";

const require = createRequire(join(ROOT, "node_modules/@pulumi/pulumi/package.json"));
const debuggable: {
  debuggablePromise: (...args: readonly unknown[]) => unknown;
} = require("./runtime/debuggable.js");
const { debuggablePromise } = debuggable;

// Pulumi keeps a stack trace with each of its promises, for a report of leaks that a recording never makes; under vitest,
// which maps each line of it to its source, that is half of a recording.
debuggable.debuggablePromise = (...args) => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return debuggablePromise(...args);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

let loads = 0;

/** Runs the program for a stack's settings, without `ai-gateway:` before their names, as Pulumi hands them over. */
export async function recordProgram(config: Readonly<Record<string, string>>): Promise<Recording> {
  const entries = Object.entries(config).map(([key, value]) => [`ai-gateway:${key}`, value]);
  // The program runs as it is loaded: under another name it is loaded again, and what it imports is not.
  loads += 1;
  const program = () => import(/* @vite-ignore */ `../../infra/index.ts?load=${loads}`);
  return recordStack("any", Object.fromEntries(entries), program);
}
