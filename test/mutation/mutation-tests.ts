/** Makes the vitest configurations of mutation testing, with lists of files that are never kept by hand. */
import { globSync, readFileSync } from "node:fs";

import type { ViteUserConfig } from "vitest/config";

import { inOrder } from "../support/in-order.ts";
import { keepThread } from "./keep-thread.ts";

interface TestFiles {
  readonly among: readonly string[];
  /** What every file has. */
  readonly has?: RegExp;
  /** What no file has: mutants are broken in one thread, and other processes know nothing of them. */
  readonly lacks: RegExp;
  /**
   * What those files have that take longer, each sort longer than the one before: they come last, for
   * the first failure ends a mutant's run.
   */
  readonly slow?: readonly RegExp[];
}

/** Makes the configuration for the test files with such texts. */
export function mutationTests(files: TestFiles): ViteUserConfig {
  const { among, has = /^/, lacks, slow = [] } = files;
  const texts = globSync([...among]).map((name) => [name, readFileSync(name, "utf8")] as const);
  const suited = texts.filter(([, text]) => has.test(text) && !lacks.test(text));
  const rank = ([, text]: (typeof suited)[number]) => slow.findLastIndex((each) => each.test(text));
  const inTurn = suited.toSorted((a, b) => rank(a) - rank(b) || a[1].length - b[1].length);
  return {
    plugins: [keepThread()],
    test: {
      include: suited.map(([name]) => name),
      isolate: false,
      // What hangs is broken.
      testTimeout: 6000,
      setupFiles: [
        "./test/support/compile-cache.ts",
        "./test/mutation/load-anew.ts",
        "./test/mutation/no-properties.ts",
        "./test/support/end-of-file.ts",
      ],
      sequence: { sequencer: inOrder(inTurn.map(([name]) => name)) },
    },
  };
}
