import config from "../../deno.json" with { type: "json" };
import { fromRoot } from "../../tests/_kit/paths.ts";

/** One public entry point. `exports` in deno.json is where the set of them is kept. */
export interface Entry {
  /** As `exports` has it: `.` or `./caches/workers-kv`. */
  readonly subpath: string;
  /** As npm users import it: `edgehog` or `edgehog/caches/workers-kv`. */
  readonly specifier: string;
  /** The source file, relative to the checkout: `mod.ts`. */
  readonly source: string;
  /** The built file without its extension: `index` or `caches/workers-kv`. */
  readonly output: string;
}

/** The npm package's name: the JSR one without its scope. */
export const PACKAGE_NAME: string = config.name.replace(/^@[^/]+\//, "");

/** What JSR runs as a command: nobody imports it, and the npm package has it as its `bin`. */
const COMMAND = "./cli";

/** All entry points, in the order of deno.json. */
export const ENTRIES: readonly Entry[] = Object.entries(config.exports).filter((
  [subpath],
) => subpath !== COMMAND).map((
  [subpath, target],
) => ({
  subpath,
  specifier: subpath.replace(/^\./, PACKAGE_NAME),
  source: target.replace(/^\.\//, ""),
  output: subpath === "." ? "index" : subpath.replace(/^\.\//, ""),
}));

/** The file behind each specifier, for a bundler that is to take the library's sources. */
export const LIBRARY_SOURCES: Record<string, string> = Object.fromEntries(
  ENTRIES.map(({ specifier, source }) => [specifier, fromRoot(source)]),
);
