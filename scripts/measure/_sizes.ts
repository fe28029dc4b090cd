import { type BuildOptions, buildSync } from "esbuild";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../tests/_kit/paths.ts";
import { type Addition, COMPOSITIONS } from "./_compositions.ts";
import { LIBRARY_SOURCES } from "../check/_entries.ts";

/** What a bundle weighs, in bytes. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
  /** Minified bytes of each file that the bundle has anything of, by its path in the checkout, the largest first. */
  readonly files: readonly (readonly [path: string, bytes: number])[];
}

/** What an entry point weighs by itself: all that it exports. */
export function measureEntry(source: string): Size {
  return measure({ entryPoints: [source] });
}

/**
 * What an application carries of the library.
 *
 * @param code The application's module. It imports the entry points by the names that npm users write.
 */
export function measureApplication(code: string): Size {
  // The condition is for posthog-node, which has a build of its own for Workers.
  const conditions = ["workerd"];
  return measure({ conditions, stdin: { contents: code, resolveDir: ROOT } });
}

/** By how many bytes, minified and gzipped, an entry point makes its composition heavier. */
export function measureAddition({ to, code }: Addition): number {
  const base = COMPOSITIONS.find(({ name }) => name === to)?.code ?? "";
  return measureApplication(`${base}\n${code}`).gzipped -
    measureApplication(base).gzipped;
}

/** Bundles as an application's bundler does. */
function measure(
  input: Pick<BuildOptions, "conditions" | "entryPoints" | "stdin">,
): Size {
  const { outputFiles, metafile } = buildSync({
    ...input,
    absWorkingDir: ROOT,
    alias: LIBRARY_SOURCES,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "silent",
  });
  const files = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
    // Files of which only types are used are inputs too.
    .filter(([, bytes]) => bytes > 0)
    .sort(([, a], [, b]) => b - a);
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return {
    minified: code.length,
    gzipped: gzipSync(code, { level: 9 }).length,
    files,
  };
}
