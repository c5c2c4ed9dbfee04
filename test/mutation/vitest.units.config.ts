/** The tests of the Worker's plain functions, which need none that runs (`npm run mutation:units`). */
import { defineConfig } from "vitest/config";

import { mutationTests } from "./mutation-tests.ts";

export default defineConfig(
  mutationTests({
    among: ["test/worker/**/*.test.ts", "test/docs/pages.test.ts"],
    lacks:
      /"(?:miniflare|node:child_process)"|\/support\/(?:browser|workerd|collector|talk|[a-z]+-(?:program|stack))\.ts"/,
  }),
);
