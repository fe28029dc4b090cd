import { buildSync } from "esbuild";
import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { ENTRIES } from "../_entries.ts";

/** Where the bundle runs. */
export type Platform = "process" | "workerd";

/** The module that hands the library over. */
function buildEntry(main: string): string {
  return [
    `import { PostHog } from "edgehog";`,
    `import { createClient } from "edgehog/client";`,
    `import { main } from "./scripts/start/${main}.ts";`,
    "export default main({ PostHog, createClient });",
  ].join("\n");
}

/** Bundles what measures with the library's sources and posthog-node, as the npm build is: not minified. */
export function buildBundle(platform: Platform): string {
  const isWorkerd = platform === "workerd";
  const { outputFiles } = buildSync({
    stdin: {
      contents: buildEntry(isWorkerd ? "worker_main" : "process_main"),
      resolveDir: ROOT,
    },
    absWorkingDir: ROOT,
    alias: Object.fromEntries(
      ENTRIES.map(({ specifier, source }) => [specifier, fromRoot(source)]),
    ),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    platform: isWorkerd ? "browser" : "node",
    conditions: [isWorkerd ? "workerd" : "node"],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild wrote nothing");
  return output.text;
}
