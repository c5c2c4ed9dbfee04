/** The tests that must notice a broken local gateway, or a broken model behind it (`npm run mutation:gateway`). */
import { defineConfig } from "vitest/config";

import { mutationTests } from "./mutation-tests.ts";

export default defineConfig(
  mutationTests({
    among: ["test/local/**/*.test.ts"],
    has: /\/local\/gateway\/|\/support\/(?:gateway|local-model)\.ts"/,
    lacks: /"miniflare"|"@pulumi\/|\/support\/(?:start-local|account|project|[a-z]+-program)\.ts"/,
  }),
);
