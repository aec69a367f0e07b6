import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Compresses what was built, so that the server never does. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle(options) {
      const dir = join(options.dir ?? "dist/pages", "assets");
      for (const name of readdirSync(dir)) {
        const file = join(dir, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(file).size < 1024) continue;
        const raw = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

const server = process.env["SERVER"] ?? "http://127.0.0.1:9090";

export default defineConfig({
  // Relative: the path prefix is known only when a page is asked for.
  base: "./",
  plugins: [react(), precompress()],
  build: {
    outDir: "dist/pages",
    target: "es2022",
    // A data: font or image would need holes in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: Object.fromEntries(["/api", "/-/", "/metrics", "/federate", "/debug"].map((path) => [path, server])),
  },
});
