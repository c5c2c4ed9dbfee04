/** The tests that must notice a broken Worker, and need none that runs (`npm run mutation:worker`). */
import { defineConfig } from "vitest/config";

import { mutationTests } from "./mutation-tests.ts";

export default defineConfig(
  mutationTests({
    // The tables of the docs are made of the Worker's own.
    among: ["test/worker/**/*.test.ts", "test/docs/pages.test.ts"],
    lacks:
      /"(?:miniflare|node:child_process)"|\/support\/(?:browser|workerd|collector|talk|[a-z]+-(?:program|stack))\.ts"/,
  }),
);
