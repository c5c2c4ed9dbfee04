/** What tests of verify share. */
import { stackWith } from "./settings.ts";

export const EVERYTHING = {
  cache: { ttlSeconds: 300 },
  retry: { maxAttempts: 2, delayMs: 500, backoff: "linear" },
  spendLimits: [{ id: "day", limitUsd: 5, windowSeconds: 86_400, per: "caller" }],
  guardrails: { prompt: { P1: "block" } },
  exports: [
    { kind: "otel", url: "https://traces.test/v1", headers: { Authorization: "a secret" } },
  ],
  dlp: [
    {
      id: "keys",
      action: "flag",
      check: ["request", "response"],
      profiles: ["0b0b0b0b-0000-4000-8000-000000000001", "0b0b0b0b-0000-4000-8000-000000000002"],
    },
  ],
};

export const stack = stackWith("prod", EVERYTHING);
