import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify("test") },
  test: {
    include: ["test/unit/**/*.test.ts"], environment: "node", restoreMocks: true,
    testTimeout: 60_000, // on a busy machine a test waits for its turn
  },
});
