/**
 * The tests that must notice a broken policy (`npm run mutation`): those that state rules by example, and those that
 * compare the generated pages. Not properties.test.ts, whose random stacks would find one mutant today and miss it
 * tomorrow.
 */
import { defineConfig } from "vitest/config";

import { inOrder } from "../support/in-order.ts";

// Not Stryker's own testFiles: with it, what runs once while a module loads is never broken, and always survives.
// https://github.com/stryker-mutator/stryker-js/issues/6144
const FILES = [
  "test/docs/pages.test.ts",
  "test/policy/rules.test.ts",
  "test/policy/settings.test.ts",
  "test/policy/statement.test.ts",
  "test/policy/evidence.test.ts",
  "test/policy/logpush-job.test.ts",
  "test/policy/corpus.test.ts",
  "test/policy/difference.test.ts",
  "test/policy/stack-file.test.ts",
  "test/policy/stack.test.ts",
  "test/policy/review.test.ts",
  "test/shipped/stacks.test.ts",
  "test/docs/policy-pages.test.ts",
  "test/docs/editor.test.ts",
];

export default defineConfig({
  test: {
    include: FILES,
    // What is broken stays so for a whole run, so one load of it serves all files.
    isolate: false,
    setupFiles: ["./test/support/compile-cache.ts"],
    // Those first that find most in the least time: the first failure ends a mutant's run.
    sequence: { sequencer: inOrder(FILES) },
  },
});
