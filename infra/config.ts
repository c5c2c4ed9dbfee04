/** The one place that reads Pulumi configuration. */
import * as pulumi from "@pulumi/pulumi";

import { parseSettings } from "../policy/parse-settings.ts";
import { formatProblems } from "../policy/problems.ts";
import type { Settings } from "../policy/settings.ts";

// Fixed, so that a fork under another project name keeps its stack files.
const NAMESPACE = "ai-gateway:";

/**
 * This stack's settings, checked. An account id that the stack file leaves out comes from CLOUDFLARE_ACCOUNT_ID.
 * Throws one RunError (printed without a stack trace) that names every problem.
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
  return parsed.settings;
}

/** Settings that the stack file encrypts. The SDK keeps no public list; this is where the engine writes it. */
function secretKeys(): ReadonlySet<string> {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]");
  return new Set(Array.isArray(keys) ? keys.map((key) => String(key).replace(NAMESPACE, "")) : []);
}
