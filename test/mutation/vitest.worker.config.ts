/**
 * The tests that must notice a broken Worker (`npm run mutation:worker`), which run it in their own
 * process.
 */
import { globSync, readFileSync } from "node:fs";

import { defineConfig } from "vitest/config";

import { inOrder } from "../support/in-order.ts";
import { keepThread } from "./keep-thread.ts";

/** What a file has whose tests need more than the Worker: other processes, or the program that declares it. */
const IS_UNSUITED =
  /"(?:miniflare|node:child_process)"|\/support\/(?:browser|[a-z]+-(?:program|stack))\.ts"/;

/** What a file has whose tests start a Worker: they take longer than those of functions. */
const STARTS_WORKER = /\bstartWorker\b/;

const files = globSync("test/worker/**/*.test.ts").map((name) => ({
  name,
  text: readFileSync(name, "utf8"),
}));
const suited = files.filter(({ text }) => !IS_UNSUITED.test(text));
const quick = suited.filter(({ text }) => !STARTS_WORKER.test(text));

export default defineConfig({
  plugins: [keepThread()],
  test: {
    include: suited.map(({ name }) => name),
    // What is broken stays so for a whole run, so one load of it serves all files.
    isolate: false,
    // A Worker that hangs is a broken one.
    testTimeout: 10_000,
    setupFiles: [
      "./test/support/compile-cache.ts",
      "./test/mutation/in-node.ts",
      "./test/support/end-of-file.ts",
    ],
    // Those first that find most in the least time: the first failure ends a mutant's run.
    sequence: { sequencer: inOrder(quick.map(({ name }) => name)) },
  },
});
