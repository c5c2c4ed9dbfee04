/** What tests of rules share: settings, and the findings of a stack in a line each. */
import { check } from "../../policy/rules/rules.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { PUBLIC_KEY } from "./public-key.ts";

export const TODAY = "2026-11-22";

export const LEGACY = { collect: "metadata", maxEntries: 20_000, whenFull: "deleteOldest" };

export const LOGPUSH = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };

export const worker = (changes: object) => ({ name: "w", models: ["@cf/a/b"], ...changes });

/** The warning of production on the free plan, with the two models of the tests' stack. */
export const SHORT_STREAMS =
  "warning streams-on-free: plan is free, while the streams of 2 models are read";

/** `error bodies-in-production: logs.collect is full` */
export function broken(stack: Stack, others: readonly Stack[] = []): string[] {
  return check(stack, { others, today: TODAY }).map(
    ({ severity, rule, path, message }) => `${severity} ${rule.id}: ${path} ${message}`,
  );
}
