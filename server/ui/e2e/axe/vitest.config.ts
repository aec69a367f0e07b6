import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/axe/*.e2e.ts"],
    globalSetup: "e2e/server.ts",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
