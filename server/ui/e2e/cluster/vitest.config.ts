import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/cluster/**/*.e2e.ts"],
    globalSetup: "e2e/cluster/server.ts",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
