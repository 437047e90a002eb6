/** Puts the API's page into dist/docs, so that the gateway can serve it without any CDN. */
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const FROM_SWAGGER = ["swagger-ui.css", "swagger-ui-bundle.js"];
const OWN = ["index.html", "init.js"];

export function apiDocsPage(): Plugin {
  return {
    name: "convo:api-docs-page",
    apply: "build",
    async writeBundle({ dir }) {
      const swagger = dirname(
        createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"),
      );
      const docs = join(dir ?? "dist", "docs");
      await mkdir(docs, { recursive: true });
      await Promise.all([
        ...FROM_SWAGGER.map((name) => copyFile(join(swagger, name), join(docs, name))),
        ...OWN.map((name) =>
          copyFile(join(import.meta.dirname, "api-docs", name), join(docs, name)),
        ),
      ]);
    },
  };
}
