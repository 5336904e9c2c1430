import { defineConfig } from "vite";
import about from "./package.json" with { type: "json" };

/**
 * One page, hashed assets, relative addresses: the same dist works at a bucket's root and behind the local gateway.
 * Nothing may be inlined as a data: address or an inline script, because the page lives under script-src 'self'.
 */
export default defineConfig({
  base: "./",
  define: { __APP_VERSION__: JSON.stringify(about.version) },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  worker: { format: "es" },
});
