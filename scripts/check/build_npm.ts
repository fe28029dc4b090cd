/**
 * Builds, checks and packs the npm package. It has the outcome of dnt, which can't be installed where JSR is
 * out of reach: ES modules, declarations and an export map from the Deno sources.
 *
 * @module
 */
import { buildSync, type Metafile } from "esbuild";
import config from "../../deno.json" with { type: "json" };
import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { run, say } from "../../tests/_kit/run.ts";
import { ENTRIES, PACKAGE_NAME } from "./_entries.ts";
import { checkDeclarations, emitDeclarations } from "./_declarations.ts";
import { lintPackage } from "./_package_lint.ts";

const PACKAGE = fromRoot("npm");
const DIST = `${PACKAGE}/dist`;

/** The tarball that a build leaves behind. */
export const TARBALL: string =
  `${PACKAGE}/${PACKAGE_NAME}-${config.version}.tgz`;

/** Where the sources are kept. npm's provenance names it, and refuses a package that names another. */
const REPOSITORY = "https://github.com/edgehog/edgehog";

/** Where the two builds stand, each with its declarations in `types`. */
const FORMATS = { esm: "dist", cjs: "dist/cjs" } as const;

/** The command of the package, in one file of its own: no entry point carries any of it. */
const CLI = { source: "scripts/cli.ts", output: `${FORMATS.esm}/cli.js` };

/** The package's manifest. Each of the two builds serves every runtime. */
export function manifest(): {
  readonly exports: Record<string, unknown>;
  readonly [key: string]: unknown;
} {
  const typesOf = (format: keyof typeof FORMATS, source: string) =>
    `./${FORMATS[format]}/types/${source.replace(/\.ts$/, ".d.ts")}`;
  const exports = ENTRIES.map(({ subpath, source, output }) => [subpath, {
    require: {
      types: typesOf("cjs", source),
      default: `./${FORMATS.cjs}/${output}.js`,
    },
    default: {
      types: typesOf("esm", source),
      default: `./${FORMATS.esm}/${output}.js`,
    },
  }]);
  // TypeScript's old resolution reads no `exports`.
  const olderTypes = ENTRIES.slice(1).map(({ subpath, source }) => [
    subpath.slice(2),
    [typesOf("cjs", source)],
  ]);
  return {
    name: PACKAGE_NAME,
    version: config.version,
    description:
      "PostHog for edge runtimes: events, feature flags and error tracking without timers or dependencies",
    keywords: [
      "posthog",
      "analytics",
      "feature-flags",
      "edge",
      "cloudflare-workers",
      "deno",
      "bun",
      "vercel",
    ],
    homepage: `${REPOSITORY}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: { type: "git", url: `git+${REPOSITORY}.git` },
    license: config.license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19" },
    main: `./${FORMATS.cjs}/index.js`,
    module: `./${FORMATS.esm}/index.js`,
    types: typesOf("cjs", "mod.ts"),
    typesVersions: { "*": Object.fromEntries(olderTypes) },
    exports: {
      ...Object.fromEntries(exports),
      "./package.json": "./package.json",
    },
    bin: { [PACKAGE_NAME]: `./${CLI.output}` },
    files: ["dist", "CHANGELOG.md"],
    publishConfig: { access: "public", provenance: true },
  };
}

/** Builds, checks and packs. Throws on the first thing that is not right. */
export async function buildPackage(): Promise<void> {
  await Deno.remove(DIST, { recursive: true }).catch(ignoreNotFound);
  await Deno.remove(TARBALL).catch(ignoreNotFound);
  const outputs = emitModules();
  emitCommonJs(outputs);
  await emitCli();
  await dropMadeSources();
  await Deno.writeTextFile(
    `${PACKAGE}/${FORMATS.cjs}/package.json`,
    '{ "type": "commonjs", "sideEffects": false }\n',
  );
  for (const directory of Object.values(FORMATS)) {
    await emitDeclarations(
      ENTRIES.map(({ source }) => fromRoot(source)),
      `${PACKAGE}/${directory}/types`,
    );
  }
  await Deno.writeTextFile(
    `${PACKAGE}/package.json`,
    `${JSON.stringify(manifest(), null, 2)}\n`,
  );
  for (const file of ["LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(fromRoot(file), `${PACKAGE}/${file}`);
  }
  for (const directory of Object.values(FORMATS)) {
    checkDeclarations(
      ENTRIES.map(({ source }) =>
        `${PACKAGE}/${directory}/types/${source.replace(/\.ts$/, ".d.ts")}`
      ),
    );
  }
  await pack();
  await lintPackage(await Deno.readFile(TARBALL));
}

/**
 * Whitespace and names stay, so that a stack trace or a curious reader gets somewhere; bundlers minify. Source maps carry
 * the sources.
 *
 * @returns The files.
 */
function emitModules(): readonly string[] {
  const { metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      ENTRIES.map(({ output, source }) => [output, source]),
    ),
    outdir: DIST,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    charset: "utf8",
    sourcemap: "linked",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  refuseForeign(metafile, ["mod.ts", "src/"]);
  return Object.keys(metafile.outputs).filter((path) => path.endsWith(".js"));
}

/** Throws where something is bundled, or stays imported, that is not ours. */
function refuseForeign(
  { inputs, outputs }: Metafile,
  own: readonly string[],
): void {
  const kept = Object.values(outputs).flatMap(({ imports }) => imports)
    .filter(({ external }) => external);
  const problems = [...Object.keys(inputs), ...kept.map(({ path }) => path)]
    .filter((path) => !own.some((start) => path.startsWith(start)));
  if (problems.length > 0) {
    throw new Error(
      `The package must not depend on anything: ${problems.join(", ")}`,
    );
  }
}

/** Minified, and without a map: nothing of it shows in anybody's stack traces. */
async function emitCli(): Promise<void> {
  const { metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [CLI.source],
    outfile: `${PACKAGE}/${CLI.output}`,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    charset: "utf8",
    minify: true,
    banner: { js: "#!/usr/bin/env node" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  refuseForeign(metafile, ["src/", "scripts/", "node:"]);
  await Deno.chmod(`${PACKAGE}/${CLI.output}`, 0o755);
}

/** Each module once more for `require`, file by file: entries share what they share as modules. */
function emitCommonJs(modules: readonly string[]): void {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [...modules],
    outbase: DIST,
    outdir: `${PACKAGE}/${FORMATS.cjs}`,
    bundle: false,
    format: "cjs",
    platform: "neutral",
    target: "es2022",
    charset: "utf8",
    sourcemap: "linked",
    logLevel: "warning",
  });
}

/** The emulator's page is made of sources that are not in the package: its texts need not stand there as a source too. */
async function dropMadeSources(): Promise<void> {
  for (const directory of Object.values(FORMATS)) {
    const path = `${PACKAGE}/${directory}/dev/page.js.map`;
    const map = JSON.parse(await Deno.readTextFile(path));
    const made = map.sources.findIndex((source: string) =>
      source.endsWith("/dev/page/assets.ts")
    );
    map.sourcesContent[made] = null;
    await Deno.writeTextFile(path, JSON.stringify(map));
  }
}

async function pack(): Promise<void> {
  const { code, output } = await run(["npm", "pack", "--silent"], {
    cwd: PACKAGE,
  });
  if (code !== 0) throw new Error(`npm pack failed\n${output}`);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function main(): Promise<void> {
  await buildPackage();
  const { size } = await Deno.stat(TARBALL);
  say(
    `npm/${PACKAGE_NAME}-${config.version}.tgz, ${
      (size / 1024).toFixed(1)
    } KB, ${ENTRIES.length} entry points`,
  );
}

if (import.meta.main) main();
