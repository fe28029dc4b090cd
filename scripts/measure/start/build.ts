import { buildSync } from "esbuild";
import { ROOT } from "../../../tests/_kit/paths.ts";
import { LIBRARY_SOURCES } from "../../check/_entries.ts";

/** Where a bundle runs. */
export type Platform = "node" | "workerd";

/** Bundles a module as an application's bundler does, with the library's sources and posthog-node: not minified. */
export function buildModule(code: string, platform: Platform): string {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: ROOT },
    absWorkingDir: ROOT,
    alias: LIBRARY_SOURCES,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    platform: platform === "workerd" ? "browser" : "node",
    conditions: [platform],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild wrote nothing");
  return output.text;
}

/** Bundles what measures, a file of this directory, and hands the library over to it. */
export function buildBundle(
  main: "process_main" | "worker_main" | "flush_main" | "fresh_main",
): string {
  const code = [
    `import { PostHog } from "edgehog";`,
    `import { createClient } from "edgehog/client";`,
    `import { main } from "./scripts/measure/start/${main}.ts";`,
    "export default main({ PostHog, createClient });",
  ].join("\n");
  return buildModule(code, main === "worker_main" ? "workerd" : "node");
}
