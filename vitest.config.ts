import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Each file in its own process: Pulumi's runtime is global.
    pool: "forks",
    // Every core: vitest leaves one idle, which on two is half of the machine.
    maxWorkers: "100%",
    // Generous: a test that starts processes must not fail because the machine is busy.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    setupFiles: ["./test/support/compile-cache.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
  },
});
