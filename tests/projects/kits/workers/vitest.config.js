import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest({
      main: "./shop.js",
      miniflare: { compatibilityDate: "2026-07-01" },
    }),
  ],
});
