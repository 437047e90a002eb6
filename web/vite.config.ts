import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { apiDocsPage } from "./api-docs-page.ts";

const gateway = process.env.CONVO_GATEWAY ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), apiDocsPage()],
  server: {
    proxy: {
      "/api": { target: gateway },
      "/ws": { target: gateway, ws: true },
    },
  },
  build: {
    // The content security policy allows fonts from files only, never from data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "jsdom",
    // People type letter by letter; a busy machine takes its time.
    testTimeout: 30_000,
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
});
