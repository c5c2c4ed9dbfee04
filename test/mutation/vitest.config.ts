/**
 * The tests that must notice a broken policy (`npm run mutation`): those that state rules by example, and those that
 * compare the generated pages. Not properties.test.ts, whose random stacks would find one mutant today and miss it
 * tomorrow.
 */
import { globSync } from "node:fs";

import { defineConfig } from "vitest/config";

import { inOrder } from "../support/in-order.ts";

// Not Stryker's own testFiles: with it, what runs once while a module loads is never broken, and always survives.
// https://github.com/stryker-mutator/stryker-js/issues/6144
const FILES = [
  "docs/pages",
  "docs/rule-examples",
  "policy/{rules,rules-*,waivers}",
  "policy/{settings,settings-*}",
  "policy/{statement,statement-*}",
  "policy/evidence",
  "policy/logpush-job",
  "policy/corpus",
  "policy/{difference,difference-*}",
  "policy/stack-file",
  "policy/stack",
  "policy/review",
  "shipped/stacks",
  "docs/policy-pages",
  "docs/editor",
].flatMap((name) => globSync(`test/${name}.test.ts`));

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
