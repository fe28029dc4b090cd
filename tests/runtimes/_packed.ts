import { buildSync } from "esbuild";
import { installSuite } from "./_installed.ts";
import type { ModuleFormat } from "./_results.ts";

/** Code for a place that reads neither TypeScript nor packages, as an application's bundler makes it. */
export interface PackedBundles {
  /** A Worker that answers a request, whose body is its own code, with the suite's results. */
  readonly worker: string;
  /** A script whose `suite.main` does so in a sandbox. */
  readonly script: string;
}

const ENDS: Readonly<Record<ModuleFormat, string>> = { esm: "mjs", cjs: "cjs" };

/** Bundles the suite and the packed npm package, by its ES modules or by `require`. */
export async function bundlePacked(
  format: ModuleFormat,
): Promise<PackedBundles> {
  await using suite = await installSuite("tests/runtimes/_suite.ts");
  const head = `import { runContract } from "./suite.${ENDS[format]}";`;
  const build = (code: string, into: "esm" | "iife"): string => {
    const { outputFiles, metafile } = buildSync({
      absWorkingDir: suite.directory,
      stdin: { contents: `${head}\n${code}`, resolveDir: suite.directory },
      bundle: true,
      write: false,
      metafile: true,
      outfile: "bundle.js",
      format: into,
      globalName: "suite",
      target: "es2022",
      platform: "browser",
      sourcemap: "inline",
      external: ["cloudflare:*", "node:*"],
      logLevel: "warning",
    });
    checkBuild(Object.keys(metafile.inputs), format);
    return outputFiles[0]?.text ?? "";
  };
  return {
    worker: build(
      "export default { fetch: async (request) => Response.json(await runContract(await request.text())) };",
      "esm",
    ),
    script: build(
      "export const main = async (bundle) => JSON.stringify(await runContract(bundle));",
      "iife",
    ),
  };
}

/** A bundle that has the other build is not what the run is about. */
function checkBuild(inputs: readonly string[], format: ModuleFormat): void {
  const built = inputs.filter((path) => path.includes("edgehog/dist/"));
  const foreign = built.filter((path) =>
    path.includes("/dist/cjs/") !== (format === "cjs")
  );
  if (built.length === 0 || foreign.length > 0) {
    throw new Error(`No bundle of '${format}': ${foreign.join(", ")}`);
  }
}
