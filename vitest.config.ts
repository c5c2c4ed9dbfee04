import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Each file in its own process: Pulumi's runtime is global.
    pool: "forks",
    testTimeout: 30_000,
    reporters: ["default", "./test/support/closing-line.ts"],
  },
});
