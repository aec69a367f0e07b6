import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/*.e2e.ts"],
    globalSetup: "e2e/server.ts",
    fileParallelism: false,
    // Of tests that say they may run beside each other: a page waits more than it computes.
    maxConcurrency: 3,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
