/** What tests of differences share: settings, and the changes between two stacks. */
import { compareStacks, type Change } from "../../policy/difference/difference.ts";
import { PUBLIC_KEY } from "./public-key.ts";
import { stackWith } from "./settings.ts";

export const LEGACY = { collect: "metadata", maxEntries: 90_000, whenFull: "deleteOldest" };
export const ONCALL = { name: "oncall", kind: "person", until: "2027-03-31" };
export const NETS = ["203.0.113.0/24", "198.51.100.7"];
export const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };
export const LOGPUSH = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
export const TRACES = { url: "https://otel.example.com/v1/traces" };
export const worker = (more: object) => ({ name: "w", models: ["@cf/a/b"], ...more });

/** `less private: logs.collect metadata → full` */
export function changes(from: Record<string, unknown>, to: Record<string, unknown>): string[] {
  return compareStacks(stackWith("prod", from), stackWith("prod", to)).map(describe);
}

export function describe({ effect, path, from, to }: Change): string {
  return `${effect}: ${path} ${from} → ${to}`;
}

export const KEY_A = { name: "web", sha256: "a".repeat(64) };
