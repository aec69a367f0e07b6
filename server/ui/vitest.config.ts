import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  // As node loads it, the language would bring a second copy of the editor.
  resolve: { mainFields: ["module", "main"] },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    server: { deps: { inline: [/@prometheus-io/, /@codemirror/] } },
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
});
