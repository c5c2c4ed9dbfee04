/** The tests that must notice a broken Worker (`npm run mutation:worker`), and run it in their process. */
import { defineConfig } from "vitest/config";

import { mutationTests } from "./mutation-tests.ts";

export default defineConfig(
  mutationTests({
    // The tables of the docs are made of the Worker's own.
    among: ["test/worker/**/*.test.ts", "test/docs/pages.test.ts"],
    lacks:
      /"(?:miniflare|node:child_process)"|\/support\/(?:browser|[a-z]+-(?:program|stack))\.ts"/,
    // A running Worker; then clients that try again, and tests that wait for a limit of time.
    slow: [
      /\/support\/(?:workerd|collector|talk)\.ts"/,
      /"\.\.\/\.\.\/support\/(?:workerd|talk)\.ts"|\bsetTimeout\b/,
    ],
    setupFiles: ["./test/mutation/in-node.ts"],
  }),
);
