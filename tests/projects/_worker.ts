import { buildSync, type StdinOptions } from "esbuild";

/** Makes one script of a project's module and of what it imports, the packed package among that. */
export function bundleWorker(stdin: StdinOptions): string {
  const { outputFiles } = buildSync({
    stdin: { loader: "ts", ...stdin },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
