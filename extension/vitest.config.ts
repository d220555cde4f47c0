/** The units of the extension. `node_modules/.bin/vitest run` runs them. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["task/tests/**/*.test.ts", "pages/**/tests/**/*.test.{ts,tsx}"],
    testTimeout: 60_000, // real processes take long while the machine is busy
  },
});
