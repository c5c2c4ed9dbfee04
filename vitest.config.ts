import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";

import { inOrder } from "./test/support/in-order.ts";

/** What a file that needs a process of its own has: mocks of modules, or Pulumi, whose runtime is global. */
const NEEDS_ITS_OWN =
  /\bvi\.(?:mock|hoisted|resetModules)\(|\b(?:from |import\()"(?:@pulumi\/|[^"]+\/infra\/main\b|[^"]+\/(?:shipped|record)-program\.ts")/;

/** What a file has that runs more in a soak. */
const HAS_MORE = /\/support\/runs\.ts"/;

/** Begun last, each of these would leave the other cores idle at the end. */
const longest = ["test/architecture.test.ts", "test/infra/properties.test.ts"];

export default defineConfig(({ mode }) => {
  const every = globSync("test/**/*.test.ts");
  const more = () => [...globSync("test/**/*.soak.ts"), ...every.filter(has(HAS_MORE))];
  const files = mode === "soak" ? more() : every;
  const alone = files.filter(has(NEEDS_ITS_OWN));
  return {
    test: {
      pool: "forks",
      // One more than there are cores: a quarter of a worker's time is waiting for processes, limits and timers.
      maxWorkers: availableParallelism() + 1,
      // Generous: a test that starts processes must not fail because the machine is busy, nor a soak because it is long.
      testTimeout: mode === "soak" ? 1_800_000 : 90_000,
      hookTimeout: 90_000,
      // What is awaited may come late for the same reason.
      expect: { poll: { timeout: 60_000 } },
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
            include: files,
            exclude: alone,
            // One process for each core: Miniflare and the SDKs are loaded once there, and not by every file.
            isolate: false,
            provide: { isProcessShared: true },
            // What a test put in a function's place must not reach the next file.
            restoreMocks: true,
          },
        },
      ],
    },
  };
});

function has(what: RegExp): (file: string) => boolean {
  return (file) => what.test(readFileSync(file, "utf8"));
}
