/**
 * Registers the hook anew before each file: one that a support module registers would run after the
 * first file only.
 */
import { afterAll, vi } from "vitest";

import { endAll } from "./endings.ts";

afterAll(async () => {
  // The next file may run in the same process.
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await endAll();
});
