import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify("test") },
  test: { include: ["test/unit/**/*.test.ts"], environment: "node", restoreMocks: true },
});
