import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import lock from "./package-lock.json" with { type: "json" };

/** Compresses what was built, so that the server never does. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle(options) {
      const dir = join(options.dir ?? "dist/pages", "assets");
      for (const name of readdirSync(dir)) {
        const file = join(dir, name);
        if (!/\.(js|css|svg|txt)$/.test(name) || statSync(file).size < 1024) continue;
        const raw = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

/** Collects the licences of everything that is built in: most ask to be passed on. */
function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      const texts = Object.entries(lock.packages as Record<string, { version?: string; dev?: boolean; license?: string }>)
        .filter(([path, { dev }]) => path !== "" && !dev)
        .map(([path, { version = "", license = "" }]) => {
          const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
          return `${path.replace(/^.*node_modules\//, "")} ${version} (${license})\n\n${file ? readFileSync(join(path, file), "utf8") : ""}`;
        });
      this.emitFile({ type: "asset", fileName: "assets/third-party.txt", source: texts.join(`\n${"-".repeat(80)}\n`) });
    },
  };
}

/** Stands in for the Go server, which knows each page's way to the root. */
function rootBase(): Plugin {
  return { name: "root-base", apply: "serve", transformIndexHtml: (html) => html.replace('<base href="./" />', '<base href="/" />') };
}

const server = process.env["SERVER"] ?? "http://127.0.0.1:9090";

export default defineConfig({
  // Relative: the path prefix is known only when a page is asked for.
  base: "./",
  plugins: [react(), rootBase(), licences(), precompress()],
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
