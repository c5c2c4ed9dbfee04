/** The tests that must notice a broken local gateway, or a broken model behind it (`npm run mutation:gateway`). */
import { defineConfig } from "vitest/config";

import { mutationTests } from "./mutation-tests.ts";

export default defineConfig(
  mutationTests({
    among: ["test/local/**/*.test.ts"],
    has: /\/local\/gateway\/|\/support\/(?:gateway|local-model)\.ts"/,
    // What stands around the gateway is not broken, and its tests wait for sockets, files and workerd.
    lacks:
      /"@pulumi\/|\/local\/(?:door|worker-host|telemetry\/[a-z-]+)\.ts"|\/support\/(?:start-local|account|project|[a-z]+-program)\.ts"/,
    // Servers and clients on sockets, and tests that wait.
    slow: [/\bserveModel\b|\/support\/listen\.ts"|"node:timers/],
  }),
);
