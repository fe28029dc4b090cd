import { buildSync } from "esbuild";
import { LIBRARY_SOURCES } from "../../scripts/check/_entries.ts";
import { fromRoot, ROOT } from "./paths.ts";

/** What of a bundle differs between its users. */
export interface BundleOptions {
  /** `iife` for a sandbox that has no modules; default `esm`. */
  readonly format?: "esm" | "cjs" | "iife";
  /** The global that an `iife` bundle puts its exports in. */
  readonly globalName?: string;
  /** Leave `edgehog` and its entry points as imports, for a run against the installed package. */
  readonly keepLibrary?: boolean;
}

const LIBRARY = ["edgehog", "edgehog/*"];
const PLATFORM = ["cloudflare:*", "node:*", "bun:*"];

/**
 * Bundles a module for a runtime that does not read TypeScript. `edgehog` and its entry points come from the
 * sources; what belongs to a platform stays an import.
 *
 * It is synchronous, since esbuild's long-lived service would count as a leak of the test that started it.
 *
 * @param entry The file, absolute or relative to the checkout.
 */
export function bundle(entry: string, options: BundleOptions = {}): string {
  const { format = "esm", globalName, keepLibrary = false } = options;
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    ...(globalName === undefined ? {} : { globalName }),
    target: "es2022",
    platform: "browser",
    mainFields: ["module", "main"],
    sourcemap: "inline",
    logLevel: "warning",
    // deno.json's own names, which esbuild does not read.
    alias: {
      ...(keepLibrary ? {} : LIBRARY_SOURCES),
      "@std/assert": fromRoot("tests/_kit/std_assert/mod.ts"),
    },
    external: keepLibrary ? [...PLATFORM, ...LIBRARY] : PLATFORM,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`No bundle of ${entry}`);
  return output.text;
}
