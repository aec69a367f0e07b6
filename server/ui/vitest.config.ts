import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  // As node loads it, the language would bring a second copy of the editor.
  resolve: { mainFields: ["module", "main"] },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    // Of what never ends, not of what is slow where a cluster starts beside it.
    testTimeout: 60_000,
    setupFiles: ["src/testing/setup.ts"],
    server: { deps: { inline: [/@prometheus-io/, /@codemirror/] } },
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
});
