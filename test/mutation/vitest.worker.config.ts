/**
 * The tests that must notice a broken Worker (`npm run mutation:worker`). Not policy.test.ts and statement.test.ts, whose
 * random requests would find one mutant today and miss it tomorrow.
 */
import { defineConfig } from "vitest/config";

import { inOrder } from "../support/in-order.ts";

const FILES = [
  "test/worker/env.test.ts",
  "test/worker/chat-request.test.ts",
  "test/worker/chat.test.ts",
  "test/worker/stream.test.ts",
  "test/worker/request-log.test.ts",
  "test/worker/failures.test.ts",
  "test/worker/feedback.test.ts",
  "test/worker/embeddings.test.ts",
  "test/worker/resilience.test.ts",
  "test/worker/callers.test.ts",
  "test/worker/access.test.ts",
  "test/worker/cloudflare-access.test.ts",
  "test/worker/broken-answers.test.ts",
];

export default defineConfig({
  test: {
    include: FILES,
    pool: "forks",
    // A Worker that hangs is a broken one.
    testTimeout: 20_000,
    setupFiles: ["./test/support/compile-cache.ts", "./test/support/end-of-file.ts"],
    // Those first that find most in the least time: the first failure ends a mutant's run.
    sequence: { sequencer: inOrder(FILES) },
  },
});
