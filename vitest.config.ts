import { globSync, readFileSync } from "node:fs";

import { defineConfig } from "vitest/config";

import { inOrder } from "./test/support/in-order.ts";

/** What a file that needs a process of its own imports: mocks and clocks of vitest, Pulumi, whose runtime is global. */
const NEEDS_ITS_OWN =
  /\bvi\b.* from "vitest"|"@pulumi\/|\/infra\/(?:main|record)\b|\/shipped-program\.ts"/;

const files = globSync("test/**/*.test.ts");
const alone = files.filter((file) => NEEDS_ITS_OWN.test(readFileSync(file, "utf8")));

/** Begun last, each of these would leave the other cores idle at the end. */
const longest = ["test/architecture.test.ts", "test/infra/properties.test.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    // Every core: vitest leaves one idle, which on two is half of the machine.
    maxWorkers: "100%",
    // Generous: a test that starts processes must not fail because the machine is busy.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    setupFiles: ["./test/support/compile-cache.ts", "./test/support/end-of-file.ts"],
    // Those alone before those that share: a process is shared as long as the next file may use it too.
    sequence: {
      sequencer: inOrder([
        ...longest,
        ...alone,
        "test/local/start.test.ts",
        "test/local/reload.test.ts",
        "test/local/page.test.ts",
      ]),
    },
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: alone,
          // One process for each core: Miniflare and the SDKs are loaded once there, and not by every file.
          isolate: false,
        },
      },
    ],
  },
});
